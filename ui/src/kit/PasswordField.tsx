import { useLingui } from "@lingui/react/macro";
import { ActionIcon, TextInput } from "@mantine/core";
import { Eye, EyeOff } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type Ref, useState } from "react";

/** A password: pasting is allowed, it can be looked at, and Caps Lock is told. */
export function PasswordField(props: {
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  autoComplete: "current-password" | "new-password";
  testId: string;
  description?: ReactNode;
  error?: ReactNode;
  disabled?: boolean;
  describedBy?: string;
  inputRef?: Ref<HTMLInputElement>;
}) {
  const { t } = useLingui();
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  const watchCaps = (event: KeyboardEvent) => setCaps(event.getModifierState?.("CapsLock") === true);
  return (
    <TextInput
      ref={props.inputRef}
      label={props.label}
      type={shown ? "text" : "password"}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      onKeyDown={watchCaps}
      onKeyUp={watchCaps}
      autoComplete={props.autoComplete}
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
      disabled={props.disabled ?? false}
      description={caps ? t`Caps Lock is on` : props.description}
      inputWrapperOrder={["label", "input", "description", "error"]}
      error={props.error}
      data-testid={props.testId}
      {...(props.describedBy ? { "aria-describedby": props.describedBy } : {})}
      rightSectionWidth={36}
      rightSection={
        <ActionIcon
          size={28}
          variant="subtle"
          color="gray"
          onClick={() => setShown(!shown)}
          aria-label={shown ? t`Hide the password` : t`Show the password`}
          aria-pressed={shown}
        >
          {shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
        </ActionIcon>
      }
    />
  );
}
