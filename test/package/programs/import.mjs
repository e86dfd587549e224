import { linklatch } from "linklatch"
import { sqlite } from "linklatch/sqlite"
import { createTestMailbox } from "linklatch/testing"
import { walkThrough } from "./walk-through.mjs"

console.log(await walkThrough({ linklatch, sqlite, createTestMailbox }))
