import { Plural, Trans } from "@lingui/react/macro";
import { Siren } from "lucide-react";
import { Link } from "react-router";
import { useAsk } from "../../bridge";
import css from "../../kit/glass.module.css";
import { useRights } from "../../kit/session";

const EVERY_MS = 30_000;

/** For administrators, over every page: a restricted chart was opened by broken glass, and they have not said that they saw it. */
export function GlassAlert() {
  const rights = useRights();
  const list = useAsk("glass_list", { limit: 100 }, { enabled: rights.admin, refetchInterval: EVERY_MS });
  const unseen = (list.data ?? []).filter((row) => !row.seen);
  if (unseen.length === 0) return null;
  const last = unseen[0];
  return (
    <div role="status" data-testid="glass-alert">
      <p className={css.bar}>
        <Siren size={16} aria-hidden />
        <span>
          <strong>
            <Plural
              value={unseen.length}
              one="The glass was broken, and you have not looked at it yet"
              other="The glass was broken # times, and you have not looked at it yet"
            />
          </strong>
          {last ? (
            <>
              {" · "}
              <bdi>{last.user}</bdi>
            </>
          ) : null}
          {" · "}
          <Link to="/break-glass">
            <Trans>Who, why, and until when</Trans>
          </Link>
        </span>
      </p>
    </div>
  );
}
