#!/usr/bin/env -S node --max-semi-space-size=8
import { runProgram } from './cli/program.ts';

process.exitCode = await runProgram(process.argv);
