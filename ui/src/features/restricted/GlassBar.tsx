import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Siren } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { type OwnGlass, useAct } from "../../bridge";
import css from "../../kit/glass.module.css";
import { bannerName } from "../../kit/names";
import { useGlass } from "../../kit/useGlass";

/** Over every page for as long as a closed chart is open by broken glass: whose, how long yet, and the way to end it. */
export function GlassBar() {
  const mine = useGlass();
  const answers = useQueryClient();
  const open = mine.map((one) => one.patient).join(" ");
  const before = useRef(open);
  // What was read of a chart that is closed again does not stay in the window, and what is shown is asked anew.
  useEffect(() => {
    if (before.current === open) return;
    before.current = open;
    void answers.resetQueries({ predicate: ({ queryKey }) => isOfChart(queryKey[0]) });
  }, [open, answers]);
  if (mine.length === 0) return null;
  return (
    <div className={css.bars} role="status" data-testid="glass-bar">
      {mine.map((one) => (
        <One key={one.patient} glass={one} />
      ))}
    </div>
  );
}

function One(props: { glass: OwnGlass }) {
  const { t } = useLingui();
  const { glass } = props;
  const answers = useQueryClient();
  const end = useAct("glass_end");
  const left = useMinutes(glass.left_ms);
  const name = glass.row ? bannerName(glass.row) : t`a patient`;
  return (
    <p className={css.bar}>
      <Siren size={16} aria-hidden />
      <span>
        <strong>
          <Trans>Glass broken:</Trans>
        </strong>{" "}
        <Link to={`/patient/${glass.patient}`} state={{ via: "link" }}>
          <bdi>{name}</bdi>
        </Link>
        {" · "}
        <Plural value={left} one="# minute left" other="# minutes left" />
        {" · "}
        <Trans>the administrators are told</Trans>
      </span>
      <button
        type="button"
        disabled={end.isPending}
        onClick={() =>
          end.mutate(
            { patient: glass.patient },
            { onSuccess: (mine) => answers.setQueryData(["glass_mine", {}], mine) },
          )
        }
        aria-label={t`End now: ${name}`}
        data-testid="glass-end"
      >
        <Trans>End now</Trans>
      </button>
    </p>
  );
}

function isOfChart(name: unknown): boolean {
  return typeof name === "string" && /^(chart_.*|note_.*|document_.*|conflict_list|patient_history)$/.test(name);
}

/** Minutes of what is left, counted down between two answers of the program. */
function useMinutes(leftMs: number): number {
  const [asked, setAsked] = useState({ leftMs, at: performance.now() });
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => setAsked({ leftMs, at: performance.now() }), [leftMs]);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((asked.leftMs - Math.max(0, now - asked.at)) / 60_000));
}
