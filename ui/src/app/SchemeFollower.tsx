import { type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { useEffect } from "react";

/** Without `keepTransitions` Mantine would add an inline style, which the policy forbids. */
/** Light, dark or as the system has it, from the clinic's settings. */
export function SchemeFollower(props: { scheme: MantineColorScheme }) {
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const { scheme } = props;
  useEffect(() => setColorScheme(scheme), [scheme, setColorScheme]);
  return null;
}
