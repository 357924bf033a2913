import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import type { ConflictRow, ContestedValue } from "../../bridge";
import { showInstant } from "../../kit/dates";
import { Row, Stack } from "../../kit/Layout";
import css from "../../kit/sync.module.css";
import { showValue } from "./showValue";

interface Parts {
  row: ConflictRow;
  /** The fact in words. */
  what: string;
  busy: boolean;
  /** Nothing where this person may not decide. */
  choose?: (choice: string) => void;
}

/** The values side by side, each with who wrote it, when and where. */
export function Values(props: Parts) {
  const { t, i18n } = useLingui();
  const { row, what, choose } = props;
  return (
    <ul className={css.values} aria-label={what}>
      {row.values.map((value) => {
        const shown = showValue(row, value.text, t, i18n.locale);
        return (
          <li key={value.choice} data-shown={value.shown} data-testid="conflict-value">
            <span className={css.which}>{value.shown ? <Trans>shown now</Trans> : <Trans>the other value</Trans>}</span>
            {shown === "" ? (
              <span className={`${css.value} ${css.cleared}`}>
                <Trans>cleared: no value</Trans>
              </span>
            ) : (
              <bdi className={css.value}>{shown}</bdi>
            )}
            <Written value={value} />
            {choose ? (
              <div>
                <Button
                  variant="default"
                  disabled={props.busy}
                  onClick={() => choose(value.choice)}
                  aria-label={t`Keep this one: ${shown === "" ? t`cleared: no value` : shown} (${what})`}
                  data-testid="conflict-keep"
                >
                  <Trans>Keep this one</Trans>
                </Button>
              </div>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

/** A removal that met an edit: the record stays until somebody decides. */
export function Removal(props: Parts) {
  const { t } = useLingui();
  const { row, what, choose } = props;
  const removal = row.values[0];
  return (
    <Stack>
      <p className={css.text}>
        <Trans>
          One person removed it while another one changed it without knowing. It is shown until this is decided.
        </Trans>
      </p>
      {removal ? <Written value={removal} /> : null}
      {choose ? (
        <Row>
          <Button
            variant="default"
            disabled={props.busy}
            onClick={() => choose("restore")}
            aria-label={t`Keep it: ${what}`}
            data-testid="conflict-keep"
          >
            <Trans>Keep it</Trans>
          </Button>
          <Button
            variant="default"
            disabled={props.busy}
            onClick={() => choose("remove")}
            aria-label={t`Remove it: ${what}`}
            data-testid="conflict-remove"
          >
            <Trans>Remove it</Trans>
          </Button>
        </Row>
      ) : null}
    </Stack>
  );
}

function Written(props: { value: ContestedValue }) {
  const { i18n } = useLingui();
  const { user, device, at_ms } = props.value;
  return (
    <p className={css.by}>
      <bdi>{user}</bdi>, {showInstant(at_ms, i18n.locale)}
      <br />
      <Trans>
        on <bdi>{device}</bdi>
      </Trans>
    </p>
  );
}
