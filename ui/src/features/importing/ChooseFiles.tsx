import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { FolderOpen } from "lucide-react";
import { type FormEvent, useState } from "react";
import css from "../../kit/importing.module.css";

const LIMIT = 4096;

/** Files by the system's dialog, by a typed path, or let go over the window. */
export function ChooseFiles(props: {
  over: boolean;
  busy: boolean;
  onPick: () => void;
  onPaths: (paths: string[]) => void;
}) {
  const { t } = useLingui();
  const [path, setPath] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (path.trim() !== "") props.onPaths([path.trim()]);
  };
  return (
    <form className={props.over ? `${css.choose} ${css.over}` : css.choose} onSubmit={submit}>
      <Button leftSection={<FolderOpen size={16} aria-hidden />} onClick={props.onPick} disabled={props.busy}>
        <Trans>Choose files…</Trans>
      </Button>
      <span>{props.over ? <Trans>Let go to look at them</Trans> : <Trans>or drag them here, or</Trans>}</span>
      <div className={css.path}>
        <TextInput
          aria-label={t`Path of a file or folder`}
          placeholder={t`path of a file or folder`}
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          maxLength={LIMIT}
          autoComplete="off"
          spellCheck={false}
          data-testid="import-path"
        />
      </div>
      <Button type="submit" variant="default" disabled={path.trim() === "" || props.busy} data-testid="import-preview">
        <Trans>Look at it</Trans>
      </Button>
    </form>
  );
}
