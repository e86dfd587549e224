#!/usr/bin/env node
// Old syntax on purpose: a Node too old for Linklatch must still be able to read this file and say so.
import { existsSync } from "fs"

var version = process.versions.node.split(".").map(Number)

// 23 is newer, but never got what 22.16 and 24 did for SQLite.
if (version[0] < 22 || (version[0] === 22 && version[1] < 18) || version[0] === 23) {
  console.error(
    "linklatch needs Node 22.18 or newer, but not 23; this is Node " +
      process.versions.node +
      ". See https://nodejs.org",
  )
  process.exitCode = 1
} else {
  hideSqliteWarning()
  var source = new URL("../src/cli/main.ts", import.meta.url)
  import(existsSync(source) ? source.href : new URL("../dist/cli/main.js", import.meta.url).href).catch(
    function (fault) {
      console.error(fault)
      process.exitCode = 1
    },
  )
}

// Node 22 calls its SQLite experimental at every start. Every other warning stays.
function hideSqliteWarning() {
  var emitWarning = process.emitWarning
  process.emitWarning = function (warning, type) {
    var isSqlite = type === "ExperimentalWarning" && String(warning).indexOf("SQLite ") === 0
    if (!isSqlite) emitWarning.apply(process, arguments)
  }
}
