import { useLingui } from "@lingui/react/macro";
import { Checkbox } from "@mantine/core";
import type { Role } from "../bridge";
import { Stack } from "./Layout";
import { ROLE_HINTS, ROLE_WORDS } from "./words/roles";

const ROLES: readonly Role[] = ["front_desk", "clinician", "admin"];

/** What a person may do. `refused` says why a role cannot be given here. */
export function RolePicker(props: {
  value: readonly Role[];
  onChange: (roles: Role[]) => void;
  refused?: (role: Role) => string | null;
  testIdPrefix: string;
}) {
  const { t } = useLingui();
  const toggle = (role: Role, on: boolean) =>
    props.onChange(ROLES.filter((one) => (one === role ? on : props.value.includes(one))));
  return (
    <Checkbox.Group label={t`Roles`} value={[...props.value]}>
      <Stack>
        {ROLES.map((role) => {
          const refused = props.refused?.(role) ?? null;
          return (
            <Checkbox
              key={role}
              value={role}
              label={t(ROLE_WORDS[role])}
              description={refused ?? t(ROLE_HINTS[role])}
              disabled={refused !== null}
              onChange={(event) => toggle(role, event.currentTarget.checked)}
              data-testid={`${props.testIdPrefix}-${role}`}
            />
          );
        })}
      </Stack>
    </Checkbox.Group>
  );
}
