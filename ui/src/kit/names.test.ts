import { expect, test } from "vitest";
import { bannerName, namesFromQuery } from "./names";

test("the banner's form of a name", () => {
  expect(bannerName({ family: "Meyer", given: "Anna", title: "Dr." })).toBe("MEYER, Anna (Dr.)");
  expect(bannerName({ family: "Suharto", given: "" })).toBe("SUHARTO");
  expect(bannerName({ family: "", given: "Cher" })).toBe("Cher");
  expect(bannerName({ family: "von der Heyde", given: "Max", title: "  " })).toBe("VON DER HEYDE, Max");
  expect(bannerName({ family: "王", given: "小明" })).toBe("王, 小明");
});

test.each([
  ["mina khan", "Mina", "Khan"],
  ["Khan, Mina", "Mina", "Khan"],
  ["khan", "", "Khan"],
  ["Ludwig van Beethoven", "Ludwig van", "Beethoven"],
  ["o'neil-smith", "", "O'Neil-Smith"],
  ["mina khan 3.4.1980", "Mina", "Khan"],
  ["+49 40 33", "", ""],
])("%s starts a registration", (query, given, family) => expect(namesFromQuery(query)).toEqual({ given, family }));
