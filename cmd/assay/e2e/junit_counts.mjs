// Reads JUnit files as their consumers do and prints, a line a file and reader,
// what each says the file counts (its root's attributes, its suites' attributes)
// and what it holds (elements).
import { readFileSync } from 'node:fs';
import { parse } from 'junit2json';
import xml2js from 'xml2js';

const list = (x) => (x === undefined ? [] : Array.isArray(x) ? x : [x]);
const outcomes = { failures: 'failure', errors: 'error', skipped: 'skipped' };

// counts takes the number of a name from attributes, as numbers.
function counts(of) {
  const out = { tests: Number(of.tests) };
  for (const name of Object.keys(outcomes)) out[name] = Number(of[name]);
  return out;
}

function add(all, one) {
  for (const name of Object.keys(one)) all[name] = (all[name] ?? 0) + one[name];
  return all;
}

function elements(cases) {
  const out = { tests: cases.length };
  for (const [name, element] of Object.entries(outcomes)) {
    out[name] = cases.reduce((sum, one) => sum + list(one[element]).length, 0);
  }
  return out;
}

const readers = {
  async junit2json(text) {
    const root = await parse(text);
    const suites = list(root.testsuite);
    return {
      root: counts(root),
      suites: suites.map(counts).reduce(add, {}),
      elements: elements(suites.flatMap((s) => list(s.testcase))),
      names: suites.flatMap((s) => list(s.testcase)).map((c) => c.name),
    };
  },
  async xml2js(text) {
    const root = (await xml2js.parseStringPromise(text)).testsuites;
    const suites = list(root.testsuite);
    return {
      root: counts(root.$),
      suites: suites.map((s) => counts(s.$)).reduce(add, {}),
      elements: elements(suites.flatMap((s) => list(s.testcase))),
      names: suites.flatMap((s) => list(s.testcase)).map((c) => c.$.name),
    };
  },
};

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8');
  for (const [reader, read] of Object.entries(readers)) {
    console.log(JSON.stringify({ file, reader, ...(await read(text)) }));
  }
}
