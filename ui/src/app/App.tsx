import { I18nProvider } from "@lingui/react";
import { type MantineColorScheme, type MantineColorSchemeManager, MantineProvider } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import {
  type AppStatus,
  call,
  createAnswers,
  type LockReason,
  type Session,
  toCommandError,
  watchLock,
} from "../bridge";
import { JoinRoom } from "../features/joining/JoinRoom";
import { saveBeforeLock } from "../kit/beforeLock";
import { theme } from "../kit/theme";
import { i18n, speak } from "../locales/load";
import { Entrance, type EntranceState } from "./Entrance";
import { SchemeFollower } from "./SchemeFollower";
import { Workplace } from "./Workplace";

/** Remembers nothing: what the person chose is in the vault's settings. */
const scheme: MantineColorSchemeManager = {
  get: (standard) => standard,
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};

type Phase = { at: "entrance"; state: EntranceState } | { at: "work"; session: Session };

export function App() {
  const [phase, setPhase] = useState<Phase>({ at: "entrance", state: { kind: "starting" } });
  const [answers] = useState(createAnswers);
  const lastUser = useRef<string | null>(null);
  const colours: MantineColorScheme = phase.at === "work" ? phase.session.settings.color_scheme : "auto";

  const open = useCallback((session: Session) => {
    lastUser.current = session.user.id;
    speak(session.settings.language);
    setPhase({ at: "work", session });
  }, []);

  /** Newer facts about the session that is open; one that comes late must not open a locked page again. */
  const renew = useCallback((session: Session) => {
    speak(session.settings.language);
    setPhase((now) => {
      if (now.at !== "work" || now.session.user.id !== session.user.id) return now;
      return JSON.stringify(now.session) === JSON.stringify(session) ? now : { at: "work", session };
    });
  }, []);

  const look = useCallback(
    async (because: LockReason | null, resume: boolean) => {
      try {
        const status = await call("app_status", {});
        speak(status.language);
        const session = await sessionOf(status, resume);
        if (session) open(session);
        else setPhase({ at: "entrance", state: { kind: "status", status, because: because ?? status.locked_because } });
      } catch (thrown) {
        setPhase({ at: "entrance", state: { kind: "failed", error: toCommandError(thrown) } });
      }
    },
    [open],
  );

  /** Empties the page at once, before anything else happens: no record stays in the document or in memory. */
  const empty = useCallback(
    (because: LockReason | null) => {
      flushSync(() => setPhase({ at: "entrance", state: { kind: "locking" } }));
      notifications.clean();
      notifications.cleanQueue();
      if (because === "user_switch") lastUser.current = null;
      void look(because, false);
    },
    [look],
  );

  const lock = useCallback(
    async (reason: LockReason) => {
      await saveBeforeLock();
      await call("lock", { reason }).catch(() => undefined);
      empty(reason);
    },
    [empty],
  );

  useEffect(() => {
    void look(null, true);
  }, [look]);

  const working = phase.at === "work";
  useEffect(() => (working ? watchLock(empty) : undefined), [working, empty]);

  return (
    <I18nProvider i18n={i18n}>
      <MantineProvider
        theme={theme}
        withCssVariables={false}
        withGlobalClasses={false}
        deduplicateCssVariables={false}
        colorSchemeManager={scheme}
        defaultColorScheme="auto"
      >
        <SchemeFollower scheme={colours} />
        <QueryClientProvider client={answers}>
          {phase.at === "work" && isStranger(phase.session) ? (
            <JoinRoom key={phase.session.user.id} session={phase.session} onSession={renew} onLock={lock} />
          ) : phase.at === "work" ? (
            <Workplace key={phase.session.user.id} session={phase.session} onSession={renew} onLock={lock} />
          ) : (
            <Entrance
              state={phase.state}
              lastUser={lastUser.current}
              onOpen={open}
              onRefresh={() => void look(null, true)}
            />
          )}
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>
  );
}

/** Nobody has said yet what this person may do: the clinic that they asked to join has not answered. */
function isStranger(session: Session): boolean {
  return session.user.roles?.length === 0;
}

/** The session that is open already, or that may be resumed after a restart. */
async function sessionOf(status: AppStatus, resume: boolean): Promise<Session | null> {
  if (status.state === "unlocked") return call("session", {});
  if (status.state === "locked" && status.can_resume && resume) return call("resume", {});
  return null;
}
