// A field for a line of text.
import type { InputHTMLAttributes, Ref } from "react";
import { Field, type FieldProps } from "./Field.tsx";

type TextFieldProps = FieldProps &
  InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function TextField({ label, hideLabel, hint, error, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} className={className}>
      {(control) => <input {...rest} {...control} />}
    </Field>
  );
}
