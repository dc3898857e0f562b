// Light, dark, or as the system says.
import { useTheme, type Theme } from "../../app/theme.ts";
import { RadioGroup } from "../../ui/RadioGroup.tsx";
import { AccountSection } from "./AccountSection.tsx";

const options: { value: Theme; label: string }[] = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function Appearance() {
  const [theme, setTheme] = useTheme();
  return (
    <AccountSection title="Appearance">
      <RadioGroup
        label="Appearance"
        hideLabel
        inline
        value={theme}
        onChange={setTheme}
        options={options}
      />
    </AccountSection>
  );
}
