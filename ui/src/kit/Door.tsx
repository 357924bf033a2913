import { clsx } from "clsx";
import { Check, Circle, ShieldCheck, X } from "lucide-react";
import type { ReactNode } from "react";
import css from "./door.module.css";

export { css as door };

/** The card on which a person founds, unlocks or mends a vault. */
export function Door(props: { step?: ReactNode; foot?: ReactNode; wide?: boolean; children: ReactNode }) {
  return (
    <div className={css.door}>
      <main className={clsx(css.card, props.wide && css.wide)}>
        <div className={css.brand}>
          <ShieldCheck size={20} aria-hidden />
          Wardkeep
          {props.step ? <span className={css.step}>{props.step}</span> : null}
        </div>
        <div className={css.body}>{props.children}</div>
      </main>
      <footer className={css.foot}>{props.foot}</footer>
    </div>
  );
}

export type RuleState = "met" | "unmet" | "open";

/** One rule with whether it is kept: an icon and a word for those who hear the page. */
export function Rule(props: { state: RuleState; said: string; children: ReactNode }) {
  const Icon = props.state === "met" ? Check : props.state === "unmet" ? X : Circle;
  return (
    <li className={props.state === "open" ? undefined : css[props.state]}>
      <Icon size={14} aria-hidden />
      {props.children}
      <span className="visually-hidden">{props.said}</span>
    </li>
  );
}
