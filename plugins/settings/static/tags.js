import { css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Panel, define, fmt, get, icon, navigate, remove, t, tn, toast } from "@comptoir/sdk";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import { Load, everything } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { page, parts } from "./styles.js";
import { tagStyles } from "./tags-colours.js";
import "./tags-form.js";

const HERE = "/settings.tags";
const AT_ONCE = 50; // filters that the API counts together

/** Tags: the words that are put on conversations, with their colours, and how many conversations have them. */
class Tags extends Panel {
  static styles = [...Panel.styles, page, parts, tagStyles, css`
    .bar .lede { flex: 1 1 320px; margin: 0; } .bar ui-button { margin-inline-start: auto; }
    .list { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); overflow: clip; } .list li { display: flex; align-items: center; gap: var(--sp-2); padding-inline-end: var(--sp-3); } .list li + li { border-block-start: 1px solid var(--line); }
    .one { flex: 1; min-inline-size: 0; display: flex; align-items: center; gap: var(--sp-4); min-block-size: 52px; padding: var(--sp-2) var(--sp-4); color: inherit; text-decoration: none; } .one:hover .tag { text-decoration: underline; }
    .one:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); border-radius: var(--r-lg); } .one .said { margin-inline-start: auto; white-space: nowrap; font-variant-numeric: tabular-nums; }
  `];

  tags = new Load(this, async () => {
    const tags = await everything("/api/v1/tags");
    return { tags, counts: await countsOf(tags) };
  }, { on: ["tag."] });

  render() {
    return this.tags.show(({ tags, counts }) => html`<div class="bar"><p class="lede">${t("Everybody puts these on conversations. A new name or colour is seen everywhere at once.")}</p>
        <ui-button variant="primary" icon="plus" @click=${() => navigate(`${HERE}/new`)}>${t("New tag")}</ui-button></div>
      ${tags.length ? html`<ul class="list">${tags.map((tag) => this.row(tag, counts.get(tag.id)))}</ul>` : this.none()}${this.opened(tags)}`,
    { failed: t("The tags could not be loaded."), rows: 5 });
  }

  none() {
    return html`<ui-empty icon="tag" text=${t("No tag yet. Make one for each thing you want to find conversations by, such as “refund”.")}>
      <ui-button icon="plus" @click=${() => navigate(`${HERE}/new`)}>${t("New tag")}</ui-button></ui-empty>`;
  }

  row(tag, count) {
    const { id, name, colour } = tag;
    return html`<li><a class="one" href=${`${HERE}/${id}`}><span class="tag cut ${colour}" dir="auto">${name}</span><span class="said">${wordsOf(count)}</span></a>
      <ui-menu .items=${[{ label: t("Edit"), icon: "pencil", run: () => navigate(`${HERE}/${id}`) }, { label: t("Delete…"), icon: "trash-2", run: () => this.drop(tag) }]}>
        <button slot="trigger" class="ib" aria-label=${t("More on {name}", { name })}>${icon("ellipsis-vertical")}</button></ui-menu></li>`;
  }

  opened(tags) {
    const rest = this.ctx?.rest;
    const tag = tags.find(({ id }) => id === rest);
    if (!rest || (rest !== "new" && !tag)) return nothing;
    return keyed(rest, html`<settings-tag-form .tag=${tag ?? null} @saved=${this.saved} @close=${() => navigate(HERE)}></settings-tag-form>`);
  }

  saved = async () => {
    await this.tags.run();
    navigate(HERE);
  };

  /** It is gone from every conversation for good: how many those are is asked anew. */
  async drop(tag) {
    const words = wordsOf((await countsOf([tag])).get(tag.id));
    const agreed = await confirm({ heading: t("Delete {name}?", { name: tag.name }), danger: true, act: t("Delete"),
      text: words ? t("It is taken off for good: {conversations}. Saved views that ask for it find nothing any more.", { conversations: words }) : t("It is taken off every conversation for good. Saved views that ask for it find nothing any more.") });
    if (!agreed) return;
    try {
      await remove(`/api/v1/tags/${tag.id}`);
      await this.tags.run();
      toast({ text: t("{name} is deleted.", { name: tag.name }) });
    } catch (error) {
      toast({ text: wordsFor(error), action: { label: t("Retry"), run: () => this.drop(tag) } });
    }
  }
}

/** {id: {count, more}} of those conversations that this person sees; what cannot be counted now is left out. */
async function countsOf(tags) {
  const counts = new Map();
  for (let from = 0; from < tags.length; from += AT_ONCE) {
    const some = tags.slice(from, from + AT_ONCE);
    const told = await get("/api/v1/conversations/counts", { of: JSON.stringify(some.map(({ id }) => ({ tag: [id] }))) }).catch(() => null);
    told?.items.forEach((one, index) => counts.set(some[index].id, one));
  }
  return counts;
}

function wordsOf(told) {
  if (!told || told.count === null) return "";
  return told.more ? t("more than {n} conversations", { n: fmt.number(told.count) }) : tn("{n} conversation", "{n} conversations", told.count);
}

define("settings-tags", Tags);
