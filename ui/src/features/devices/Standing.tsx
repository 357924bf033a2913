import { Trans, useLingui } from "@lingui/react/macro";
import type { DeviceRow } from "../../bridge";
import { Chip, type Tone } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { TOLD_WORDS, warningWord } from "../../kit/words/posture";

/** Not a danger to anybody's health: the tone is a warning at most. */
function tone(device: DeviceRow): Tone {
  return device.warnings.every((one) => one.kind === "no_report") ? "info" : "warn";
}

/** How a computer stands: what is to be looked at, then its system. */
export function Standing(props: { device: DeviceRow }) {
  const { t } = useLingui();
  const { device } = props;
  const said = device.report?.posture;
  if (device.status === "revoked") return null;
  return (
    <div data-testid="device-standing">
      {device.warnings.length > 0 ? (
        <ul className={css.warnings}>
          {device.warnings.map((one) => (
            <li key={one.kind} data-testid="device-warning" data-kind={one.kind}>
              <Chip tone={tone(device)}>{t(warningWord(one))}</Chip>
            </li>
          ))}
        </ul>
      ) : said?.disk_encrypted === "unknown" ? (
        <Chip tone="plain">
          <Trans>disk encryption: {t(TOLD_WORDS.unknown)}</Trans>
        </Chip>
      ) : (
        <Chip tone="good">
          <Trans>as it should be</Trans>
        </Chip>
      )}
      {said ? (
        <div className={css.by}>
          <bdi>{said.os}</bdi> · Wardkeep {said.app}
        </div>
      ) : null}
    </div>
  );
}
