import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Calm blue-green: shade 7 carries white text and stands out from panels, in light and in dark. */
const ward: MantineColorsTuple = [
  "#e8f5f6",
  "#d2eaec",
  "#a6d5d9",
  "#76bec4",
  "#52acb3",
  "#3aa0a8",
  "#1c8790",
  "#107a83",
  "#085a62",
  "#05454b",
];

/** Neutral greys with a little blue, darkest last, as Mantine's dark colour scheme wants them. */
const dark: MantineColorsTuple = [
  "#d5dade",
  "#b9c1c7",
  "#98a3ab",
  "#74808a",
  "#414b54",
  "#343d45",
  "#272e35",
  "#1c2227",
  "#15191d",
  "#0f1215",
];

const gray: MantineColorsTuple = [
  "#f7f9fa",
  "#eff2f4",
  "#e4e9ec",
  "#d6dde1",
  "#bec8ce",
  "#a0adb5",
  "#7b8992",
  "#55636d",
  "#384650",
  "#222d35",
];

/** Density and colours of every screen; `npm run css` writes its variables to css-variables.css. */
export const theme = createTheme({
  primaryColor: "ward",
  primaryShade: 7,
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { ward, dark, gray },
  black: "#1a2329",
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "Cantarell", "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SFMono-Regular", "Noto Sans Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.875rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.3333", sm: "1.4286", md: "1.4286", lg: "1.5", xl: "1.4" },
  spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.5rem", xl: "2rem" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.4" },
      h2: { fontSize: "1rem", lineHeight: "1.5" },
      h3: { fontSize: "0.875rem", lineHeight: "1.4286" },
    },
  },
  components: {
    ModalRoot: { defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 0 } } },
    Menu: {
      defaultProps: {
        transitionProps: { duration: 0 },
        shadow: "md",
        withinPortal: false,
        withInitialFocusPlaceholder: false,
      },
    },
    Select: { defaultProps: { size: "sm", checkIconPosition: "right", allowDeselect: false } },
    NativeSelect: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Textarea: { defaultProps: { size: "sm" } },
    Checkbox: { defaultProps: { size: "sm" } },
    Button: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { size: 32, variant: "subtle" } },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 0 } } },
  },
});
