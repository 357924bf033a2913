import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { RouterProvider } from "react-router";
import { call, createAnswers, type LockReason, reportActivity, type Session } from "../bridge";
import { CommandRegistry } from "../kit/commands";
import { SessionContext } from "../kit/session";
import { CommandContext } from "../kit/useCommands";
import { type Place, PlaceContext } from "./place";
import { createPages } from "./router";

/** Everything that exists only while the vault is open; unmounting it empties the page. */
export function Workplace(props: {
  session: Session;
  onSession: (session: Session) => void;
  onLock: (reason: LockReason) => void;
}) {
  const { session, onSession, onLock } = props;
  const [pages] = useState(createPages);
  const [answers] = useState(createAnswers);
  const [commands] = useState(() => new CommandRegistry());
  const [idleAt, setIdleAt] = useState<number | null>(() => performance.now() + session.settings.idle_lock_s * 1000);
  useEffect(() => reportActivity((seconds) => setIdleAt(performance.now() + seconds * 1000)), []);
  useEffect(
    () => () => {
      pages.dispose();
      void answers.cancelQueries();
      answers.clear();
    },
    [pages, answers],
  );
  const place = useMemo<Place>(
    () => ({
      lock: onLock,
      setSession: onSession,
      refreshSession: () => void call("session", {}).then(onSession, () => undefined),
      idleAt,
    }),
    [onLock, onSession, idleAt],
  );

  return (
    <SessionContext value={session}>
      <PlaceContext value={place}>
        <CommandContext value={commands}>
          <QueryClientProvider client={answers}>
            <RouterProvider router={pages} />
          </QueryClientProvider>
          <Notifications position="bottom-right" limit={4} />
        </CommandContext>
      </PlaceContext>
    </SessionContext>
  );
}
