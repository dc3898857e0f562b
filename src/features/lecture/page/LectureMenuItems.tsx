// The menu of LectureMenu.tsx itself; open as soon as it is there, because that is what it was fetched for.
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, History, Mic, PenLine, Printer, RefreshCw, Trash2 } from "lucide-react";
import { IconButton } from "../../../ui/Button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../../ui/Menu.tsx";
import { isAtWork } from "../lecture.ts";
import type { LectureMenuProps } from "./LectureMenu.tsx";

export default function LectureMenuItems({
  lecture,
  hasNotes,
  onDialog,
  byKeyboard,
}: LectureMenuProps & { byKeyboard: boolean }) {
  const navigate = useNavigate();
  const canContinue = lecture.source === "recording" && lecture.state !== "processing";
  return (
    <Menu
      defaultOpen={byKeyboard ? "first item" : "menu"}
      trigger={<IconButton label="More about this lecture" icon={<Ellipsis size={20} />} />}
    >
      <MenuItem icon={<PenLine size={18} />} onSelect={() => onDialog("details")}>
        Rename
      </MenuItem>
      {canContinue && (
        <MenuItem
          icon={<Mic size={18} />}
          onSelect={() => void navigate({ to: "/record", search: { continue: lecture._id } })}
        >
          Continue this lecture
        </MenuItem>
      )}
      {hasNotes && (
        <>
          <MenuItem
            icon={<RefreshCw size={18} />}
            disabled={isAtWork(lecture)}
            onSelect={() => onDialog("regenerate")}
          >
            Write the notes again
          </MenuItem>
          <MenuItem icon={<History size={18} />} onSelect={() => onDialog("versions")}>
            Earlier versions
          </MenuItem>
          <MenuItem icon={<Printer size={18} />} onSelect={() => window.print()}>
            Print
          </MenuItem>
        </>
      )}
      <MenuSeparator />
      <MenuItem danger icon={<Trash2 size={18} />} onSelect={() => onDialog("delete")}>
        Delete
      </MenuItem>
    </Menu>
  );
}
