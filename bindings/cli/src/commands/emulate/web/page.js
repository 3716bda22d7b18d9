// Shows the calls of `twiml-refer emulate`, and asks for news every second. What comes from outside only becomes
// text nodes, never HTML.
'use strict';

const byId = (id) => document.getElementById(id);
const calls = new Map();
let run = '', version = 0, about = {}, shown = '';

/** Creates an element with attributes and children; strings become text, and what is missing is left out. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const seconds = (ms) => `${(ms / 1000).toFixed(3)} s`;
const clock = (ms) => new Date(ms).toLocaleTimeString();
const parties = (call) => (call.from ? `${call.from} → ${call.to}` : 'starting');

/** The words for the state of a call, and the class of their colour. */
function state(call) {
  if (call.is_live) return [call.status ?? 'starting', 'live'];
  if (call.has_error) return [call.outcome ? `${call.outcome}, error` : 'error', 'bad'];
  const kinds = { transferred: 'good', canceled: 'open', unconfirmed: 'open' };
  return call.outcome ? [call.outcome, kinds[call.outcome_kind] ?? 'bad'] : [call.status, 'plain'];
}

/** The call that the address names, or else the newest one. */
function chosen() {
  const sid = location.hash.slice(1);
  const list = [...calls.values()];
  return list.find((call) => call.call_sid === sid) ?? list.reduce((a, b) => (a && a.number > b.number ? a : b), null);
}

function row(call) {
  const [words, colour] = state({ ...call, outcome: call.outcome_kind });
  return element('a', { href: `#${call.call_sid}`, id: `row-${call.number}` },
    element('span', { class: 'line' }, element('b', {}, `Call ${call.number}`),
      element('time', {}, clock(call.began)), element('span', { class: `badge ${colour}` }, words)),
    element('span', { class: 'parties' }, parties(call)));
}

function showList(changed, news) {
  const list = byId('calls');
  for (const call of changed) {
    const old = calls.get(call.number);
    calls.set(call.number, call);
    const item = old ? byId(`row-${call.number}`).parentElement : element('li', { value: call.number });
    const focused = item.contains(document.activeElement);
    item.replaceChildren(row(call));
    if (!old) list.prepend(item);
    if (focused) item.firstChild.focus();
  }
  for (const number of [...calls.keys()].filter((number) => number < news.oldest)) {
    byId(`row-${number}`).parentElement.remove();
    calls.delete(number);
  }
  byId('forgotten').textContent = news.forgotten
    ? `${news.forgotten} older calls are not shown: the page keeps the newest ones, and --json prints all.` : '';
  const ended = changed.filter((call) => !call.is_live);
  if (ended.length) {
    byId('news').textContent = ended.length > 3 ? `${ended.length} calls have ended`
      : ended.map((call) => `Call ${call.number} has ended: ${state(call)[0]}`).join('. ');
  }
}

/** Marks the chosen call in the list, and shows it if that is not what is shown. */
async function showChosen() {
  const call = chosen();
  for (const link of document.querySelectorAll('#calls a')) {
    const current = call && link.id === `row-${call.number}`;
    current ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current');
  }
  byId('details').hidden = !call;
  if (!call) byId('title').textContent = 'No calls yet';
  byId('empty').textContent = call ? '' : `Call ${(about.listening ?? []).map((at) => `sip:anyone@${at}`).join(' or ')
  } with a softphone, and watch the call here.`;
  if (!call || shown === `${run} ${call.number} ${call.version}`) return;
  const answer = await fetch(`calls/${call.call_sid}.json`);
  if (!answer.ok) return;
  const details = await answer.json();
  if (chosen()?.number !== call.number) return;
  showDetails(details);
  shown = `${run} ${call.number} ${details.version}`;
}

function showDetails(call) {
  const [words, colour] = state(call);
  document.title = `Call ${call.number}: ${words} – twiml-refer emulate`;
  byId('title').replaceChildren(`Call ${call.number} `, element('span', { class: `badge ${colour}` }, words));
  byId('result').textContent = call.result ?? '';
  const facts = [['From', call.from], ['To', call.to], ['CallSid', call.call_sid], ['SIP Call-ID', call.sip_call_id],
    ['Remote address', call.remote && `${call.remote} over ${call.transport}`],
    ['User name', call.user], ['Started', clock(call.began)], ['Duration', call.duration && seconds(call.duration * 1000)],
    ['Ended', call.ended && `${call.status}: ${call.ended}`]].filter(([, value]) => value);
  byId('facts').replaceChildren(...facts.map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value))));
  byId('picture').href = `calls/${call.call_sid}/ladder.svg`;
  byId('ladder').src = `calls/${call.call_sid}/ladder.svg?version=${call.version}`;
  byId('ladder-text').textContent = call.ladder;
  byId('left-out').textContent = call.steps_left_out
    ? `The first ${call.steps_left_out} steps are not shown: the page keeps the newest ones, and --json prints all.` : '';
  // What the reader has opened or closed, and the focus, stay.
  const steps = byId('steps'), focus = document.activeElement?.closest('details')?.id;
  const same = shown.startsWith(`${run} ${call.number} `);
  const open = new Map([...steps.querySelectorAll('details')].map((it) => [it.id, it.open]));
  steps.replaceChildren(...blocks(call));
  for (const it of steps.querySelectorAll('details')) if (same && open.has(it.id)) it.open = open.get(it.id);
  if (same && focus) byId(focus)?.querySelector('summary').focus();
}

/** The steps: each request begins a block. */
function blocks(call) {
  const made = [];
  let block = null, request = null, lines = null;
  const add = (...children) => block.append(...children);
  call.steps.forEach((step, index) => {
    const id = `step-${index + call.steps_left_out}`;
    if (!block || step.step === 'sending') {
      block = element('li', {}, element('time', {}, seconds(step.at_ms)));
      made.push(block);
      request = lines = null;
    }
    if (step.step === 'sending') {
      request = element('span', { class: 'badge live' }, 'waiting');
      add(element('details', { id }, element('summary', {}, element('code', {}, `${step.method} ${step.url} `), request), signed(step)));
    } else if (step.step === 'request' && request) {
      request.textContent = step.status ?? 'no response';
      request.className = `badge ${step.status >= 200 && step.status < 400 ? 'good' : 'bad'}`;
    } else if (step.step === 'document') {
      lines = step.lines.map((line) => element('li', {}, line));
      const isShort = lines.length <= 25 ? '' : undefined;
      add(element('details', { id, open: isShort }, element('summary', {}, 'Document'),
        element('ol', { class: 'document', tabindex: 0 }, lines)));
    } else if (step.step === 'diagnostic') {
      const severity = step.severity ?? 'error', line = step.line && lines?.[step.line - 1];
      const message = element('p', { class: `message ${severity}` }, element('b', {}, `${severity}: `), step.message,
        element('small', {}, ` (${[step.code, step.path, step.number && `Twilio error ${step.number}`].filter(Boolean).join(', ')})`));
      if (line) mark(line, [message]); else add(message);
    } else if (step.step === 'verb') {
      add(element('p', { class: `verb ${step.execution}` }, element('code', {}, step.text.trim().replace(/ +/, ' '))));
    } else if (step.step === 'transfer') {
      const colour = state({ outcome: step.text, outcome_kind: step.kind })[1];
      add(element('p', { class: 'message transfer' }, 'Transfer: ', element('span', { class: `badge ${colour}` }, step.text),
        element('code', {}, ` ${step.params.join(' ')}`)));
    } else if (step.step === 'error') {
      const number = step.number ? ` (Twilio error ${step.number})` : '';
      add(element('p', { class: 'message error' }, element('b', {}, 'error: '), step.message, element('small', {}, number)));
      const line = step.error?.line && lines?.[step.error.line - 1];
      if (line) mark(line, []);
      if (step.advice) add(element('p', { class: 'message note' }, step.advice));
    } else {
      const text = step.message ?? step.text;
      if (text) add(element('p', { class: `message ${step.step === 'end' ? 'result' : 'note'}` }, text));
    }
  });
  return made;
}

/** Marks a line of a document, which is then seen. */
function mark(line, messages) {
  line.classList.add('marked');
  line.append(...messages);
  line.closest('details').open = true;
}

/** The parameters of a request, and the text that its signature covers. */
function signed(step) {
  const rows = step.params.map(([name, value]) => element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value)));
  return [rows.length ? element('table', {}, element('caption', {}, 'Parameters'), element('tbody', {}, rows)) : null,
    element('p', { class: 'hint' }, step.signed === null ? 'Not signed: there is no auth token.'
      : 'The signature is HMAC-SHA1, keyed with the auth token, over this text (secrets are shown as ***):'),
    step.signed === null ? null : element('pre', { class: 'signed', tabindex: 0 }, step.signed)];
}

async function poll() {
  const connection = byId('connection');
  const say = (text) => { if (connection.textContent !== text) connection.textContent = text; };
  try {
    const news = await (await fetch(`calls.json?run=${run}&since=${version}`)).json();
    if (news.run !== run) {
      calls.clear();
      byId('calls').replaceChildren();
      shown = '';
    }
    ({ run, version, about } = news);
    byId('about').replaceChildren('Calls to ', element('code', {}, about.listening.join(', ')), ' are answered by the app at ',
      element('code', {}, about.app), about.is_signing ? '' : '; the requests to it are not signed');
    showList(news.calls, news);
    await showChosen();
    const live = [...calls.values()].filter((call) => call.is_live).length;
    document.body.classList.remove('lost');
    say(`${calls.size} ${calls.size === 1 ? 'call' : 'calls'}, ${live} live`);
  } catch {
    document.body.classList.add('lost');
    say('The command does not answer: it may have ended. The page shows its last state.');
    byId('news').textContent = connection.textContent;
  }
  setTimeout(poll, 1000);
}

/** Goes to the next call of the list in a direction. */
function move(by) {
  const links = [...document.querySelectorAll('#calls a')];
  const at = links.findIndex((link) => link.hasAttribute('aria-current'));
  const link = links[Math.min(Math.max(at + by, 0), links.length - 1)];
  if (!link) return;
  location.hash = link.hash;
  link.focus();
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const inList = byId('calls').contains(document.activeElement);
  const by = { j: 1, k: -1, ...(inList && { ArrowDown: 1, ArrowUp: -1 }) }[event.key];
  if (by) move(by);
  else if (event.key === 'f') { location.hash = ''; byId('calls').querySelector('a')?.focus(); }
  else return;
  event.preventDefault();
});
addEventListener('hashchange', () => showChosen().catch(() => {}));
byId('skip').addEventListener('click', (event) => { event.preventDefault(); byId('call').focus(); });
poll();
