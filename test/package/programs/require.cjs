const { linklatch } = require("linklatch")
const { sqlite } = require("linklatch/sqlite")
const { createTestMailbox } = require("linklatch/testing")
const { walkThrough } = require("./walk-through.mjs")

walkThrough({ linklatch, sqlite, createTestMailbox }).then((path) => console.log(path))
