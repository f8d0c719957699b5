// `npm run bench`: cold start and time per event of the module in Chromium, durable accepts of the endpoint. Medians of one
// run on this machine; `--json` for machines.
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { main, setUp } from "../../js/build/project.mjs";
import { purchaseBeacon } from "./beacon.mjs";
import { findChromium, headlessArgs } from "./chromium.mjs";
import { load } from "./load.mjs";
import { printSnippet, shop, startWorld, writeConfig } from "./world.mjs";
