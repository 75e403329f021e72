"use strict";

// ---- Small helpers

const $ = (id) => document.getElementById(id);
const svgName = "http://www.w3.org/2000/svg";

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS(svgName, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const whole = new Intl.NumberFormat("en");
const decimal = (value, places) => value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });

// ---- The server

let key = "";
let isDown = false;
let serverText = "";

class ServerProblem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function call(path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers.Authorization = "Bearer " + key;
  let response;
  try {
    response = await fetch(path, body === undefined ? { headers, signal } : { method: "POST", headers, body: JSON.stringify(body), signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerProblem("The server does not answer. Is it still running?", 0);
  }
  if (!response.ok) {
    let message = `The server answered ${response.status}.`;
    try { message = (await response.json()).error.message; } catch { /* not ours: the number has to do */ }
    const wait = response.headers.get("Retry-After");
    throw new ServerProblem(wait ? `${message} (in ${wait} s)` : message, response.status);
  }
  if (isDown) setServer(true, serverText);
  return response;
}

const ask = async (path, body, signal) => (await call(path, body, signal)).json();

function tell(error) {
  if (error.name === "AbortError") return;
  $("problem-text").textContent = error.message;
  $("key-form").hidden = error.status !== 401;
  $("problem").hidden = false;
  if (error.status === 0) setServer(false, "no answer");
}

function calm() { $("problem").hidden = true; }

function setServer(isUp, text) {
  isDown = !isUp;
  if (isUp) serverText = text;
  $("dot").className = "dot " + (isUp ? "up" : "down");
  $("server-text").textContent = text;
}

$("problem-close").addEventListener("click", calm);
$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = $("key").value;
  calm();
  start();
});

// ---- Tokens as things to look at and pick

const control = { "\n": "↵", "\t": "⇥", "\r": "␍" };

function show(text, element) {
  let plain = "";
  const flush = () => { if (plain) element.append(plain); plain = ""; };
  for (const character of text) {
    if (character === " ") { flush(); element.append(make("span", { class: "mark" }, "·")); continue; }
    if (control[character]) {
      flush();
      element.append(make("span", { class: "mark" }, control[character]));
      if (character === "\n") element.append("\n");
      continue;
    }
    plain += character;
  }
  flush();
}

const hex = (bytes) => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");

// The arrow keys move among the tokens of a list, of which one can be reached with Tab.
function pickable(list, onPick) {
  const pick = (element, focus) => {
    for (const other of list.querySelectorAll('[aria-selected="true"]')) other.setAttribute("aria-selected", "false");
    for (const other of list.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    element.setAttribute("aria-selected", "true");
    element.tabIndex = 0;
    if (focus) element.focus();
    onPick(Number(element.dataset.index), focus);
  };
  list.addEventListener("click", (event) => {
    const element = event.target.closest(".token[data-index]");
    if (element) pick(element, true);
  });
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll(".token[data-index]")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0 || !all[to]) return;
    event.preventDefault();
    pick(all[to], true);
  });
  return (index) => {
    const element = list.querySelector(`.token[data-index="${index}"]`);
    if (element) pick(element, false);
  };
}

function tokenElement(index, colour) {
  return make("span", { class: "token", role: "option", "aria-selected": "false", "data-index": index, "data-k": colour % 6, tabindex: index === 0 ? "0" : "-1" });
}

// ---- Part 1: what the model reads

const mostShown = 3000;
let tokenizers = [];
let cutTokens = [];
let cutting = null;
let cutTimer = 0;

function cutSoon() {
  clearTimeout(cutTimer);
  cutTimer = setTimeout(cut, 120);
}

async function cut() {
  cutting?.abort();
  cutting = new AbortController();
  const text = $("text").value;
  try {
    const answer = await ask("tokenize", {
      content: text, tokenizer: $("tokenizer").value, with_pieces: true, with_offsets: true,
    }, cutting.signal);
    cutTokens = answer.tokens;
    calm();
    showTokens(text);
    await costOfText(text, cutting.signal);
  } catch (error) { tell(error); }
}

function showTokens(text) {
  const bytes = new TextEncoder().encode(text);
  const withIDs = $("show-ids").checked;
  const parts = cutTokens.slice(0, mostShown).map((token, index) => {
    const element = tokenElement(index, index);
    const isText = typeof token.piece === "string";
    if (token.special) element.classList.add("special");
    const [from, to] = token.offset;
    const own = new TextDecoder().decode(bytes.slice(from, to));
    // Part of a character: its bytes, since there is no text to show.
    if (!isText) element.append(make("span", { class: "hex" }, hex(token.bytes)));
    else show(own || token.piece, element);
    if (withIDs) element.append(make("span", { class: "id" }, String(token.id)));
    element.title = `${token.id}`;
    return element;
  });
  if (cutTokens.length > mostShown) parts.push(make("span", { class: "mark" }, ` … and ${whole.format(cutTokens.length - mostShown)} more`));
  $("tokens").replaceChildren(...parts);
  $("detail").replaceChildren();
  const count = cutTokens.length;
  const characters = [...text].length;
  const line = $("cut-numbers");
  line.replaceChildren(make("b", {}, whole.format(count)), ` tokens · ${whole.format(characters)} characters · ${whole.format(bytes.length)} bytes`);
  if (count) line.append(` · ${decimal(bytes.length / count, 2)} bytes a token`);
}

pickable($("tokens"), (index) => {
  const token = cutTokens[index];
  if (!token) return;
  const [from, to] = token.offset;
  const rows = [
    ["token", `${index + 1} of ${cutTokens.length}`], ["id", String(token.id)],
    ["bytes", hex(token.bytes) || "none"], ["offset", `${from}–${to}`],
  ];
  if (token.special) rows.push(["kind", "special"]);
  $("detail").replaceChildren(make("dl", {}, ...rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))));
});

$("text").addEventListener("input", cutSoon);
$("tokenizer").addEventListener("change", cut);
$("show-ids").addEventListener("change", () => showTokens($("text").value));

// ---- Part 2: what it costs

const paragraph = {
  English: "A language model reads text in small pieces. The fewer pieces a sentence needs, the faster it is read and the less it costs. Not every language is treated alike.",
  Deutsch: "Ein Sprachmodell liest Text in kleinen Stücken. Je weniger Stücke ein Satz braucht, desto schneller wird er gelesen und desto weniger kostet er. Nicht jede Sprache wird gleich behandelt.",
  Español: "Un modelo de lenguaje lee el texto en trozos pequeños. Cuantos menos trozos necesita una frase, más rápido se lee y menos cuesta. No todas las lenguas reciben el mismo trato.",
  Français: "Un modèle de langue lit le texte par petits morceaux. Moins une phrase demande de morceaux, plus elle est lue vite et moins elle coûte. Toutes les langues ne sont pas traitées de la même façon.",
  Türkçe: "Bir dil modeli metni küçük parçalar hâlinde okur. Bir cümle ne kadar az parça gerektirirse o kadar hızlı okunur ve o kadar ucuz olur. Her dile aynı davranılmaz.",
  Kiswahili: "Modeli ya lugha husoma maandishi kwa vipande vidogo. Kadiri sentensi inavyohitaji vipande vichache, ndivyo inavyosomwa haraka na kugharimu kidogo. Lugha zote hazitendewi sawa.",
  Русский: "Языковая модель читает текст по маленьким кусочкам. Чем меньше кусочков нужно предложению, тем быстрее оно читается и тем дешевле стоит. Не со всеми языками обходятся одинаково.",
  العربية: "يقرأ نموذج اللغة النص على شكل قطع صغيرة. كلما احتاجت الجملة إلى قطع أقل، كانت قراءتها أسرع وتكلفتها أقل. ولا تُعامَل كل اللغات بالطريقة نفسها.",
  हिन्दी: "भाषा मॉडल पाठ को छोटे टुकड़ों में पढ़ता है। वाक्य को जितने कम टुकड़े चाहिए, वह उतनी जल्दी पढ़ा जाता है और उतना सस्ता पड़ता है। हर भाषा के साथ एक जैसा व्यवहार नहीं होता।",
  中文: "语言模型把文字切成小块来读。一句话需要的块越少,读得就越快,花费也越低。并不是每种语言都得到同样的对待。",
  日本語: "言語モデルは文章を小さな断片に分けて読みます。文に必要な断片が少ないほど速く読めて、費用も安くなります。すべての言語が同じように扱われるわけではありません。",
  한국어: "언어 모델은 글을 작은 조각으로 나누어 읽습니다. 문장에 필요한 조각이 적을수록 더 빨리 읽히고 비용도 적게 듭니다. 모든 언어가 똑같이 다루어지지는 않습니다.",
};

async function countOf(text, tokenizer, signal) {
  return (await ask("tokenize", { content: text, tokenizer }, signal)).tokens.length;
}

async function costOfText(text, signal) {
  const counts = await Promise.all(tokenizers.map(({ name }) => countOf(text, name, signal)));
  const rows = tokenizers.map(({ name }, index) => ({ label: name, values: [counts[index]], first: index }));
  $("cost-text").replaceChildren(barChart(rows, $("cost-text").clientWidth, (value) => whole.format(value)));
}

async function costOfLanguages() {
  const rows = [];
  for (const [label, text] of Object.entries(paragraph)) {
    rows.push({ label, values: await Promise.all(tokenizers.map(({ name }) => countOf(text, name))), first: 0 });
  }
  const legend = make("ul", { class: "key" }, ...tokenizers.map(({ name }, index) =>
    make("li", {}, draw("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, draw("rect", { width: 10, height: 10, class: "f" + index % 6 })), name)));
  const english = rows[0].values;
  const chart = barChart(rows, $("cost-languages").clientWidth, (value, index) => `${value}  ×${decimal(value / english[index], 1)}`);
  $("cost-languages").replaceChildren(...(tokenizers.length > 1 ? [legend, chart] : [chart]));
}

// Bars for rows of values, drawn at the size that they are shown at, so that text stays readable on a phone.
function barChart(rows, room, format) {
  const width = Math.max(240, room);
  const bar = rows[0].values.length > 1 ? 14 : 18;
  const gap = 8;
  const left = Math.min(100, width * .3);
  const right = 78;
  const height = rows.reduce((sum, row) => sum + row.values.length * bar + gap, 0);
  const most = Math.max(1, ...rows.flatMap((row) => row.values));
  const chart = draw("svg", { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img" });
  chart.append(draw("title", {}, rows.map((row) => `${row.label}: ${row.values.join(", ")}`).join("; ")));
  let y = gap / 2;
  for (const row of rows) {
    const name = row.label.length > 14 ? row.label.slice(0, 13) + "…" : row.label;
    chart.append(draw("text", { x: left - 8, y: y + row.values.length * bar / 2 + 4, class: "end" }, name));
    row.values.forEach((value, index) => {
      const length = Math.max(1, (width - left - right) * value / most);
      chart.append(draw("rect", { x: left, y, width: length, height: bar - 2, rx: 2, class: "f" + (row.first + index) % 6 }));
      chart.append(draw("text", { x: left + length + 6, y: y + bar / 2 + 3, class: "soft", "xml:space": "preserve" }, format(value, index)));
      y += bar;
    });
    y += gap;
  }
  return chart;
}

// ---- Part 3: what it says

let run = null;       // the request under way
let promptIDs = [];   // the prompt as ids
let said = [];        // tokens so far: {id, name, text, probability, options: [{id, name, probability}]}
let picked = -1;

const readable = (name) => name.replace(/ /g, "·").replace(/\n/g, "↵").replace(/\t/g, "⇥");

async function generate(ids, kept) {
  run?.abort();
  const mine = run = new AbortController();
  promptIDs = ids;
  said = kept;
  picked = -1;
  asking?.abort();
  $("why").hidden = true;
  calm();
  setBusy(true);
  showSaid();
  const begun = performance.now();
  let first = 0;
  let drawn = 0;
  try {
    const response = await call("v1/completions", {
      prompt: [...ids, ...kept.map((token) => token.id)], stream: true, logprobs: 10, return_token_ids: true,
      max_tokens: Number($("count").value) || 60, temperature: Number($("temperature").value),
      seed: Number($("seed").value) || 0, stream_options: { include_usage: true },
    }, mine.signal);
    for await (const chunk of events(response)) {
      if (chunk.error) throw new ServerProblem(chunk.error.message, 500);
      const choice = chunk.choices[0];
      if (!choice) continue;
      choice.token_ids?.forEach((id, index) => {
        if (!first) first = performance.now();
        drawn += 1;
        said.push(tokenOf(choice, id, index));
        addSaid(said.length - 1);
      });
      if (!choice.token_ids?.length && choice.text && said.length) {
        said[said.length - 1].text += choice.text;
        $("output").lastChild.replaceWith(saidElement(said.length - 1));
      }
      showSpeed(begun, first, drawn, choice.finish_reason);
    }
  } catch (error) {
    tell(error);
  } finally {
    if (run === mine) {
      setBusy(false);
      run = null;
      showChart();
      gauges();
    }
  }
}

function tokenOf(choice, id, index) {
  const told = choice.logprobs;
  const ids = told.top_token_ids[index];
  const names = Object.entries(told.top_logprobs[index] || {});
  // Of several tokens with one name only the first is told: those are left out.
  const options = names.length === ids.length
    ? ids.map((id, place) => ({ id, name: names[place][0], probability: Math.exp(names[place][1]) }))
    : names.slice(0, ids.length).map(([name, value], place) => ({ id: ids[place], name, probability: Math.exp(value) }));
  return { id, name: told.tokens[index], text: choice.text, probability: Math.exp(told.token_logprobs[index]), options };
}

// The chunks of a stream of server-sent events.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      let end;
      while ((end = rest.indexOf("\n\n")) >= 0) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (line === "data: [DONE]") return;
        if (line.startsWith("data: ")) yield JSON.parse(line.slice(6));
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function saidElement(index) {
  const token = said[index];
  const element = tokenElement(index, index);
  if (token.text) show(token.text, element);
  else if (token.name.startsWith("bytes:")) element.append(make("span", { class: "hex" }, token.name.slice(6).replace(/\\x/g, " ").trim()));
  else { element.classList.add("special"); element.append(token.name); }
  element.title = `${decimal(token.probability * 100, 1)} %`;
  return element;
}

function showSaid() {
  const prompt = make("span", { class: "token echo" });
  prompt.append($("chat").checked ? "" : $("prompt").value);
  $("output").replaceChildren(prompt, ...said.map((_, index) => saidElement(index)));
}

function addSaid(index) {
  const list = $("output");
  const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 20;
  list.append(saidElement(index));
  if (atEnd) list.scrollTop = list.scrollHeight;
  if (picked < 0) showBars(index);
  if (index % 8 === 0) showChart();
}

pickable($("output"), (index) => { picked = index; showBars(index); });

function showBars(index) {
  const token = said[index];
  if (!token) return;
  $("bars-title").textContent = `Token ${index + 1}: what could have come`;
  const options = token.options.some((option) => option.id === token.id)
    ? token.options : [...token.options, { id: token.id, name: token.name, probability: token.probability }];
  $("bars").replaceChildren(...options.map((option) => {
    const isChosen = option.id === token.id;
    const share = option.probability >= .001 ? decimal(option.probability * 100, 1) + " %" : "< 0.1 %";
    const name = readable(option.name) || "∅";
    const button = make("button", { type: "button", class: "option", "aria-pressed": String(isChosen), title: isChosen ? "this one came" : `go on with ${name}` },
      make("meter", { min: 0, max: 1, value: option.probability, "aria-hidden": "true" }),
      make("span", { class: "name" }, name), make("span", { class: "share" }, share));
    button.addEventListener("click", () => { if (!isChosen) branch(index, option, options); });
    return button;
  }));
  const reason = make("button", { type: "button", class: "reason" }, "What does this token rest on?");
  reason.addEventListener("click", () => why(index));
  $("bars").append(reason);
}

// Goes on from before token `index` with another token in its place.
function branch(index, option, options) {
  const kept = said.slice(0, index);
  const isPart = option.name.startsWith("bytes:");
  kept.push({ id: option.id, name: option.name, text: isPart ? "" : option.name, probability: option.probability, options });
  generate(promptIDs, kept);
}

// ---- What a token rests on

let asking = null;    // the question under way

// Tokens before token `index` are replaced, and the server watches how far its probability falls.
async function why(index) {
  asking?.abort();
  const mine = asking = new AbortController();
  const token = said[index];
  $("why").hidden = false;
  $("why-title").textContent = `What token ${index + 1}, ${readable(token.name)}, rests on`;
  $("why-numbers").textContent = "replacing tokens and watching its probability… (Esc stops)";
  $("heat").replaceChildren();
  $("heat").setAttribute("aria-busy", "true");
  calm();
  try {
    showHeat(await ask("attribute", { prompt: [...promptIDs, ...said.slice(0, index).map((token) => token.id)], target: token.id }, mine.signal));
  } catch (error) {
    if (asking === mine) $("why").hidden = true;
    tell(error);
  } finally {
    if (asking === mine) {
      asking = null;
      $("heat").setAttribute("aria-busy", "false");
    }
  }
}

function showHeat(answer) {
  const most = Math.max(1e-12, ...answer.tokens.map((token) => Math.abs(token.score)));
  $("heat").replaceChildren(...answer.tokens.map((token) => {
    const part = make("span", { class: token.score < 0 ? "heat less" : "heat", title: decimal(token.score, 3) });
    part.style.setProperty("--weight", decimal(80 * Math.abs(token.score) / most, 0) + "%");
    show(token.text, part);
    return part;
  }));
  const first = answer.tokens.filter((token) => token.score > 0).sort((one, other) => other.score - one.score).slice(0, 3);
  const line = $("why-numbers");
  line.replaceChildren(first.length ? "Most: " : "No token made it likelier. ");
  first.forEach((token, place) => line.append(place ? ", " : "", make("b", {}, readable(token.text))));
  line.append(` · ${decimal(answer.target.probability * 100, 1)} % · ${whole.format(answer.passes)} passes · green made it likelier, red less likely`);
  if (!answer.is_informative) line.append(" · it was so unlikely that this says little");
}

function showSpeed(begun, first, drawn, reason) {
  const line = $("make-numbers");
  if (!first) return;
  const seconds = (performance.now() - first) / 1000;
  line.replaceChildren(make("b", {}, whole.format(drawn)), " tokens");
  if (drawn > 1 && seconds > 0) line.append(" at ", make("b", {}, decimal((drawn - 1) / seconds, 0)), " a second");
  line.append(` · first after ${decimal(first - begun, 0)} ms`);
  if (reason) line.append(reason === "stop" ? " · it ended its text" : " · stopped at the limit");
}

function showChart() {
  const height = 60;
  const width = Math.max(240, $("chart").clientWidth || 400);
  const step = Math.min(14, width / Math.max(1, said.length));
  const chart = draw("svg", { class: "plot", viewBox: `0 0 ${width} ${height + 14}`, role: "img" });
  chart.append(draw("title", {}, "Probability of each token, first to last"));
  chart.append(draw("line", { x1: 0, x2: width, y1: height + .5, y2: height + .5, class: "axis" }));
  said.forEach((token, index) => {
    const tall = Math.max(1, token.probability * height);
    chart.append(draw("rect", { x: index * step, y: height - tall, width: Math.max(.5, step - 1), height: tall, class: "f" + index % 6 }));
  });
  const surprise = said.reduce((sum, token) => sum - Math.log2(Math.max(token.probability, 1e-9)), 0);
  if (said.length) chart.append(draw("text", { x: 0, y: height + 12, class: "soft" }, `${decimal(surprise / said.length, 2)} bits of surprise a token`));
  $("chart").replaceChildren(chart);
}

function setBusy(isBusy) {
  $("stop").disabled = !isBusy;
  $("output").setAttribute("aria-busy", String(isBusy));
  if (isBusy) $("make-numbers").textContent = "reading the prompt…";
}

async function begin() {
  try {
    let text = $("prompt").value;
    if ($("chat").checked) text = (await ask("apply-template", { messages: [{ role: "user", content: text }] })).prompt;
    const { tokens } = await ask("tokenize", { prompt: text });
    if (!tokens.length) throw new ServerProblem("Give the model at least one character to go on from.", 400);
    await generate(tokens, []);
  } catch (error) { tell(error); }
}

$("make-form").addEventListener("submit", (event) => { event.preventDefault(); begin(); });
$("stop").addEventListener("click", () => run?.abort());
$("temperature").addEventListener("input", () => { $("temperature-value").textContent = decimal(Number($("temperature").value), 1); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); begin(); }
  if (event.key === "Escape") (run || asking) ? (run || asking).abort() : calm();
});

// ---- The server's own numbers

async function gauges() {
  try {
    const text = await (await call("metrics")).text();
    const value = (name) => Number((text.match(new RegExp(`^tessera_${name} (.*)$`, "m")) || [0, 0])[1]);
    const mebibytes = (bytes) => decimal(bytes / 1048576, bytes < 10485760 ? 1 : 0) + " MiB";
    const limit = value("cache_limit_bytes");
    const mean = value("time_per_token_seconds_sum") / Math.max(1, value("time_per_token_seconds_count"));
    const rows = [
      ["texts running", whole.format(value("texts_running"))], ["waiting", whole.format(value("texts_waiting"))],
      ["cache in use", mebibytes(value("cache_held_bytes"))], ["cache kept for later", mebibytes(value("cache_idle_bytes"))],
      ["cache limit", limit ? mebibytes(limit) : "none"], ["tokens generated", whole.format(value("generated_tokens_total"))],
      ["prompt tokens reused", whole.format(value("prompt_tokens_reused_total"))],
      ["mean time a token", mean ? decimal(mean * 1000, 1) + " ms" : "–"],
    ];
    $("gauges").replaceChildren(...rows.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]));
  } catch (error) { if (run === null) tell(error); }
}

setInterval(() => { if (run && !document.hidden) gauges(); }, 1000);

// ---- Beginning

async function start() {
  try {
    const [models, info] = await Promise.all([ask("v1/models"), ask("tokenizer_info")]);
    const model = models.data[0];
    setServer(true, `${model.id} · ${whole.format(info.vocab_size)} tokens in the vocabulary · context ${whole.format(model.max_model_len)}`);
    tokenizers = info.tokenizers;
    $("tokenizer").replaceChildren(...tokenizers.map(({ name, vocabulary_size: size }) => make("option", { value: name }, `${name} (${whole.format(size)})`)));
    $("chat-label").hidden = !info.chat_template;
    if (!$("text").value) $("text").value = "Tessera: small tiles that make a picture. Grüße aus 東京 🚆";
    await Promise.all([cut(), costOfLanguages(), gauges()]);
  } catch (error) { tell(error); }
}

start();
