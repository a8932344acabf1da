#!/usr/bin/env node
// Validates FHIR R4 resources, one a line, with the npm package `fhir`. Exit status 1 when one is invalid.
//
//   node validate.js resources.ndjson

"use strict";
const fs = require("node:fs");
const {Fhir} = require("fhir");

const validator = new Fhir();
const lines = fs.readFileSync(process.argv[2] ?? 0, "utf8").split("\n").filter(Boolean);
const count = {};
let invalid = 0;
for (const line of lines) {
  const resource = JSON.parse(line);
  // What a draft order brought along goes back with an update: an element that the validator does not know is the
  // client's, so only errors count.
  const errors = validator.validate(resource, {errorOnUnexpected: true}).messages.filter(({severity}) =>
    severity === "error" || severity === "fatal");
  count[resource.resourceType] = (count[resource.resourceType] ?? 0) + 1;
  if (!errors.length) continue;
  invalid += 1;
  for (const {location, message} of errors) console.log(`${resource.resourceType}: ${location}: ${message}`);
  console.log(`  ${line.slice(0, 300)}`);
}
const kinds = Object.entries(count).map(([kind, number]) => `${number} ${kind}`).join(", ") || "no resources";
console.log(`${kinds}: ${invalid ? `${invalid} invalid` : "all valid"}`);
process.exitCode = invalid || !lines.length ? 1 : 0;
