// Plays the EHR: shows an example's chart, signs its orders, shows the cards, and tells the service what became of them.

import {link, markdown} from "./markdown.js";

const byId = (id) => document.getElementById(id);
const element = (tag, text, className) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const state = {config: null, body: null, decided: new Map(), cards: []};

async function start() {
  state.config = await (await fetch("config.json")).json();
  byId("service").textContent = state.config.service;
  const examples = await (await fetch("examples/index.json")).json();
  byId("example").replaceChildren(...examples.map(({file, title}) => new Option(title, file)));
  byId("example").addEventListener("change", open);
  byId("sign").addEventListener("click", sign);
  byId("again").addEventListener("click", open);
  await open();
}

// The chart.

async function open() {
  state.body = await (await fetch("examples/" + byId("example").value)).json();
  state.decided = new Map();
  state.cards = [];
  byId("cards").replaceChildren();
  byId("log").replaceChildren();
  say("Nothing has been signed yet.");
  byId("sign").textContent = state.body.hook === "order-select" ? "Select the marked orders" : "Sign";
  byId("drafts-title").textContent = state.body.hook === "order-select" ? "Orders being written" : "Orders to sign";
  byId("sign").disabled = false;
  byId("again").hidden = true;
  showPatient(resources("Patient")[0]);
  showProblems();
  showDrafts();
}

function resources(type) {
  const found = [];
  for (const value of Object.values(state.body.prefetch ?? {})) {
    const entries = value?.resourceType === "Bundle" ? value.entry ?? [] : [{resource: value}];
    for (const {resource} of entries) if (resource?.resourceType === type) found.push(resource);
  }
  return found;
}

const words = (concept) => concept?.text ?? concept?.coding?.find((coding) => coding.display)?.display
  ?? concept?.coding?.[0]?.code ?? "";

function showPatient(patient) {
  const name = patient?.name?.[0];
  const rows = [["Patient", name ? [...(name.given ?? []), name.family].join(" ") : state.body.context.patientId],
                ["Born", patient?.birthDate ?? "not known"], ["Sex", patient?.gender ?? "not known"],
                ["Hook", state.body.hook]];
  byId("patient").replaceChildren(...rows.flatMap(([term, text]) => [element("dt", term), element("dd", text)]));
}

function showProblems() {
  const problems = resources("Condition").map((condition) => element("li", words(condition.code)));
  byId("problems").replaceChildren(...(problems.length ? problems : [element("li", "none on record")]));
}

const drafts = () => (state.body.context.draftOrders.entry ?? []).map(({resource}) => resource);
const nameOf = (order) => `${order.resourceType}/${order.id}`;
const drugOf = (order) => words(order.medicationCodeableConcept ?? order.medication?.concept ?? order.code)
  || order.medicationReference?.display || order.resourceType;
const reasonOf = (order) => [...[order.reasonCode ?? []].flat(), ...[order.reasonCodeableConcept ?? []].flat()].map(words)
  .filter(Boolean).join("; ");

function showDrafts() {
  const selected = state.body.context.selections;
  byId("drafts").replaceChildren(...drafts().map((order) => {
    const item = element("li");
    const outcome = state.decided.get(nameOf(order));
    item.append(element("div", drugOf(order), outcome === "removed" ? "what removed" : "what"));
    const dosage = [order.dosageInstruction ?? []].flat()[0]?.text;
    if (dosage) item.append(element("div", dosage));
    if (order.resourceType.startsWith("Medication")) item.append(element("div", "Reason: " + (reasonOf(order) || "not given")));
    if (selected) item.append(element("div", selected.includes(nameOf(order)) ? "Selected" : "Not selected", "hint"));
    if (outcome) item.append(element("div", outcome === "removed" ? "Removed" : outcome, "state"));
    return item;
  }));
}

// Calls.

function say(text) { byId("status").textContent = text; }

function log(title, value) {
  const details = element("details");
  const pre = element("pre", JSON.stringify(value, null, 1));
  pre.tabIndex = 0;
  pre.setAttribute("aria-label", title);
  details.append(element("summary", title), pre);
  byId("log").append(details);
}

async function post(path, body) {
  log(`POST ${path}`, body);
  const began = performance.now();
  const response = await fetch(state.config.service + path, {
    method: "POST", headers: {"Content-Type": "application/json", Accept: "application/json"}, body: JSON.stringify(body)});
  const text = await response.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = text;
  }
  log(`Answer: ${response.status} after ${Math.round(performance.now() - began)} ms`, value);
  return {status: response.status, value};
}

async function discover() {
  const response = await fetch(state.config.service + "/cds-services", {headers: {Accept: "application/json"}});
  return (await response.json()).services ?? [];
}

async function sign() {
  byId("sign").disabled = true;
  byId("again").hidden = false;
  byId("cards").replaceChildren();
  say("Asking for advice…");
  try {
    const service = (await discover()).find(({hook}) => hook === state.body.hook);
    if (!service) throw new Error(`the service offers nothing for ${state.body.hook}`);
    state.body.hookInstance = crypto.randomUUID();
    const {status, value} = await post(`/cds-services/${service.id}`, state.body);
    if (status === 200) showCards(service, value.cards);
    else refuse(status, value);
  } catch (error) {
    say(`No advice: ${error.message}. The order can be signed without.`);
    byId("sign").disabled = false;
  }
  byId("advice").focus();
}

function refuse(status, value) {
  const why = value?.issue?.[0]?.diagnostics ?? "no reason given";
  say(`No advice (${status}): ${why}. The order can be signed without.`);
  byId("sign").disabled = false;
}

// Cards.

const WEIGHT = {critical: 0, warning: 1, info: 2};

function showCards(service, cards) {
  state.cards = cards.map((card) => ({card, open: true}));
  if (!cards.length) {
    say("No cards: there is nothing to say about this order. It is signed.");
    finish();
    return;
  }
  say(`${cards.length} card${cards.length > 1 ? "s" : ""} to look at before the order is signed.`);
  const sorted = state.cards.toSorted((a, b) => (WEIGHT[a.card.indicator] ?? 3) - (WEIGHT[b.card.indicator] ?? 3));
  byId("cards").replaceChildren(...sorted.map((held) => cardElement(service, held)));
}

function cardElement(service, held) {
  const {card} = held;
  const article = element("article", undefined, `card ${["info", "warning", "critical"].includes(card.indicator) ? card.indicator : "info"}`);
  const heading = element("h3", card.summary);
  heading.id = `card-${card.uuid ?? crypto.randomUUID()}`;
  article.setAttribute("aria-labelledby", heading.id);
  article.append(element("span", card.indicator, "indicator"), heading);
  const detail = element("div", undefined, "detail");
  if (card.detail) detail.append(markdown(card.detail));
  article.append(detail, ...linkElements(card.links), sourceElement(card.source));
  const controls = element("div");
  const outcome = element("p", undefined, "outcome");
  outcome.setAttribute("role", "status");
  controls.append(...suggestionElements(service, held, controls, outcome), overrideElement(service, held, controls, outcome));
  article.append(controls, outcome);
  return article;
}

/** The evidence pages are at the service's public URL, whose development certificate no browser trusts: they are opened
 * at the address that the page calls anyway. */
const reachable = (url) => url.startsWith(state.config.publicUrl + "/")
  ? state.config.service + url.slice(state.config.publicUrl.length) : url;

function sourceElement(source) {
  const line = element("p", "Source: ", "source");
  line.append((source.url && link(source.label, source.url)) || source.label);
  return line;
}

function linkElements(links = []) {
  if (!links.length) return [];
  const list = element("ul", undefined, "links");
  list.setAttribute("aria-label", "Read more");
  for (const {label, url, type} of links) {
    const item = element("li");
    item.append(link(label, reachable(url)) ?? label);
    if (type === "smart") item.append(" (SMART app)");
    list.append(item);
  }
  return [list];
}

/** One button a suggestion where at most one may be taken, boxes to tick where any may. CARD-10 */
function suggestionElements(service, held, controls, outcome) {
  const suggestions = held.card.suggestions ?? [];
  if (!suggestions.length) return [];
  const accept = (taken) => {
    for (const {actions = []} of taken) actions.forEach(apply);
    decide(service, held, controls, outcome, `Accepted: ${taken.map(({label}) => label).join("; ")}.`, {
      outcome: "accepted", acceptedSuggestions: taken.map(({uuid}) => ({id: uuid}))});
  };
  const group = held.card.selectionBehavior === "any" && suggestions.length > 1
    ? boxes(suggestions, accept) : buttons(suggestions, accept);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Suggestions");
  return [group];
}

const whatOf = ({actions = []}) => actions.map(({description}) => description).join("; ");

function buttons(suggestions, accept) {
  const group = element("div", undefined, "choices");
  for (const suggestion of suggestions) {
    const button = element("button", suggestion.label, suggestion.isRecommended ? "primary" : undefined);
    button.type = "button";
    button.title = whatOf(suggestion);
    button.addEventListener("click", () => accept([suggestion]));
    group.append(button);
  }
  return group;
}

function boxes(suggestions, accept) {
  const group = element("div", undefined, "boxes");
  const marks = suggestions.map((suggestion) => {
    const label = element("label");
    const box = element("input");
    box.type = "checkbox";
    box.checked = suggestion.isRecommended === true;
    box.addEventListener("change", () => { button.disabled = !marks.some(({checked}) => checked); });
    label.append(box, " " + suggestion.label);
    label.title = whatOf(suggestion);
    group.append(label);
    return box;
  });
  const button = element("button", "Accept what is marked", "primary");
  button.type = "button";
  button.disabled = !marks.some(({checked}) => checked);
  button.addEventListener("click", () => accept(suggestions.filter((_, index) => marks[index].checked)));
  group.append(button);
  return group;
}

let overrides = 0;

function overrideElement(service, held, controls, outcome) {
  const box = element("div", undefined, "override");
  const reasons = held.card.overrideReasons ?? [];
  const number = ++overrides;
  const choice = element("select");
  choice.id = `reason-${number}`;
  choice.append(new Option(reasons.length ? "Choose a reason" : "No reason offered", ""),
                ...reasons.map(({display, code}, index) => new Option(display ?? code, String(index))));
  choice.disabled = !reasons.length;
  const comment = element("textarea");
  comment.id = `comment-${number}`;
  const button = element("button", "Keep the order as it is");
  button.type = "button";
  button.addEventListener("click", () => {
    const picked = choice.value === "" ? undefined : reasons[Number(choice.value)];
    const reason = {};
    if (picked) reason.reason = {code: picked.code, system: picked.system, display: picked.display};
    if (comment.value.trim()) reason.userComment = comment.value.trim();
    const said = {outcome: "overridden"};
    if (Object.keys(reason).length) said.overrideReason = reason;
    decide(service, held, controls, outcome, `Overridden${picked ? ": " + picked.display : ""}.`, said);
  });
  const labelled = (field, text) => {
    const label = element("label", text);
    label.htmlFor = field.id;
    return [label, field];
  };
  box.append(...labelled(choice, "Reason to go on all the same"), ...labelled(comment, "Comment (optional)"), button);
  return box;
}

function apply(action) {
  const entries = state.body.context.draftOrders.entry;
  const name = action.resourceId ?? (typeof action.resource === "string" ? action.resource : nameOf(action.resource ?? {}));
  if (action.type === "delete") state.decided.set(name, "removed");
  const index = entries.findIndex(({resource}) => nameOf(resource) === name);
  if (action.type === "update" && index >= 0) {
    entries[index] = {...entries[index], resource: action.resource};
    state.decided.set(name, "Changed");
  }
  if (action.type === "create") {
    const id = action.resource.id ?? `new-${entries.length + 1}`;
    entries.push({resource: {...action.resource, id}});
    state.decided.set(`${action.resource.resourceType}/${id}`, "Added");
  }
  showDrafts();
}

async function decide(service, held, controls, outcome, said, entry) {
  for (const control of controls.querySelectorAll("button, select, textarea, input")) control.disabled = true;
  outcome.append(element("span", said, "decided"));
  held.open = false;
  if (held.card.uuid) {
    const {text, taken} = await feedback(service, {card: held.card.uuid, ...entry, outcomeTimestamp: new Date().toISOString()});
    outcome.append(" ", element("span", text, taken ? "decided" : "hint"));
  }
  const left = state.cards.filter(({open: isOpen}) => isOpen).length;
  if (left) {
    say(`${left} card${left > 1 ? "s" : ""} left.`);
  } else {
    say("All cards are answered.");
    finish();
  }
}

async function feedback(service, entry) {
  try {
    const {status} = await post(`/cds-services/${service.id}/feedback`, {feedback: [entry]});
    if (status === 200) return {text: "The service has taken the feedback.", taken: true};
    return {text: status === 404 ? "The service takes no feedback." : `The service refused the feedback (${status}).`};
  } catch {
    // A browser does not tell an endpoint that is not offered from a service that is away.
    return {text: "The feedback did not arrive: the service takes none, or is away."};
  }
}

function finish() {
  const done = state.body.hook === "order-select" ? "Selected" : "Signed";
  const selected = state.body.context.selections;
  for (const order of drafts()) {
    if (selected && !selected.includes(nameOf(order))) continue;
    const before = state.decided.get(nameOf(order));
    if (before !== "removed") state.decided.set(nameOf(order), before ? `${before}, ${done.toLowerCase()}` : done);
  }
  showDrafts();
}

start().catch((error) => say(`The page could not start: ${error.message}`));
