/** The colours that a tag may have: tokens of the palette, each with a word. */
import { css } from "lit";
import { t } from "@comptoir/sdk";

export const colours = () => [
  ["grey", t("Grey")], ["red", t("Red")], ["orange", t("Orange")], ["yellow", t("Yellow")], ["green", t("Green")],
  ["teal", t("Teal")], ["blue", t("Blue")], ["violet", t("Violet")], ["pink", t("Pink")],
];

export const tagStyles = css`
  .tag { display: inline-block; border-radius: var(--r-sm); background: var(--tag-grey-soft); color: var(--tag-grey); font-size: var(--fs-sm); font-weight: 600; padding: 0 8px; line-height: 24px; min-inline-size: 0; }
  .tag.red { background: var(--tag-red-soft); color: var(--tag-red); } .tag.orange { background: var(--tag-orange-soft); color: var(--tag-orange); } .tag.yellow { background: var(--tag-yellow-soft); color: var(--tag-yellow); }
  .tag.green { background: var(--tag-green-soft); color: var(--tag-green); } .tag.teal { background: var(--tag-teal-soft); color: var(--tag-teal); } .tag.blue { background: var(--tag-blue-soft); color: var(--tag-blue); }
  .tag.violet { background: var(--tag-violet-soft); color: var(--tag-violet); } .tag.pink { background: var(--tag-pink-soft); color: var(--tag-pink); }
`;
