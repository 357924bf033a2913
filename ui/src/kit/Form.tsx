import type { MessageDescriptor } from "@lingui/core";
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import css from "./form.module.css";

export { css as formCss };

/** A form's rows on twelve columns. */
export function FieldGrid(props: { children: ReactNode }) {
  return <div className={css.grid}>{props.children}</div>;
}

export function Span(props: { of: number; children: ReactNode }) {
  return <div style={{ "--span": props.of } as CSSProperties}>{props.children}</div>;
}

/** One item of a list with the button that takes it out. */
export function ListItem(props: { onRemove: () => void; removeLabel: string; children: ReactNode }) {
  return (
    <div className={css.item}>
      <div className={css.grid}>{props.children}</div>
      <ActionIcon
        className={css.remove ?? ""}
        color="gray"
        onClick={props.onRemove}
        aria-label={props.removeLabel}
        title={props.removeLabel}
      >
        <Trash2 size={16} aria-hidden />
      </ActionIcon>
    </div>
  );
}

export function AddButton(props: { onClick: () => void; children: ReactNode; testId?: string }) {
  return (
    <Button
      className={css.add ?? ""}
      variant="default"
      leftSection={<Plus size={16} aria-hidden />}
      onClick={props.onClick}
      data-testid={props.testId}
    >
      {props.children}
    </Button>
  );
}

/** A choice among codes with words. A code without words stays choosable, so that nothing imported is lost. */
export function CodeSelect<T extends string>(props: {
  label: string;
  value: T | null;
  words: Readonly<Record<T, MessageDescriptor>>;
  onChange: (value: T | null) => void;
  none?: string;
  testId?: string;
}) {
  const { t } = useLingui();
  const codes = Object.keys(props.words) as T[];
  const options = codes.map((code) => ({ value: code as string, label: t(props.words[code]) }));
  if (props.value !== null && !codes.includes(props.value)) options.push({ value: props.value, label: props.value });
  const data = props.none === undefined ? options : [{ value: "", label: props.none }, ...options];
  return (
    <NativeSelect
      label={props.label}
      value={props.value ?? ""}
      data={data}
      onChange={(event) => {
        const { value } = event.currentTarget;
        props.onChange(value === "" ? null : (value as T));
      }}
      data-testid={props.testId}
    />
  );
}
