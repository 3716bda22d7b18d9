// The official Node library, used as its documentation shows. Answers what `run.py` asks.
"use strict";
const twilio = require("twilio");

function document({ say, refer: asked }) {
  const response = new twilio.twiml.VoiceResponse();
  if (say) {
    response.say(say.language === undefined ? {} : { language: say.language }, say.text);
  }
  if (asked) {
    const { sip, ...attributes } = asked;
    const refer = response.refer(attributes);
    if (sip !== undefined) refer.sip(sip);
  }
  return { xml: response.toString() };
}

// Through the middleware, which is what its documentation shows.
function verify(given) {
  if (given.algorithm) return null;
  const from = new URL(given.seen ?? "http://localhost/");
  const base = given.public && new URL(given.public);
  const options = base
    ? { protocol: base.protocol.slice(0, -1), host: base.host }
    : { url: given.url };
  const headers = { host: from.host, "x-twilio-signature": given.signature ?? undefined };
  // As express.urlencoded gives a form: a repeated name has an array. It leaves another type unread.
  const body = given.json === undefined ? {} : JSON.parse(given.json);
  for (const [name, value] of given.params) {
    body[name] = name in body ? [].concat(body[name], value) : value;
  }
  const request = {
    protocol: from.protocol.slice(0, -1),
    originalUrl: from.pathname + from.search,
    headers,
    header: (name) => headers[name.toLowerCase()],
    body,
    rawBody: given.json,
  };
  let valid = false;
  const response = { type: () => response, status: () => response, send: () => response };
  twilio.webhook(options, given.token)(request, response, () => { valid = true; });
  return { valid };
}

const jobs = { document, verify, multipart: verify };

function answer(request) {
  try {
    return jobs[request.job]?.(request) ?? null;
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => console.log(JSON.stringify(answer(JSON.parse(line)))));
