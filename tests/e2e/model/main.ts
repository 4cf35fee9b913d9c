import { playHistories } from './play-histories.ts'

const [count = 2_000, first = 1] = process.argv.slice(2).map(Number)
let [played, settledHours, broken] = [0, 0, 0]
for await (const { seed, settledHours: hours, failures } of playHistories({ first, count })) {
  played += 1
  settledHours += hours
  if (failures.length > 0) broken += 1
  for (const failure of failures.slice(0, 5)) process.stdout.write(`seed ${seed}: ${failure}\n`)
  if (played % 100 === 0) process.stderr.write(`${played} of ${count} histories, ${broken} broken\n`)
}
process.stdout.write(`${played} histories, ${Math.round(settledHours)} settled hours, ${broken} broke a rule\n`)
process.exitCode = broken === 0 ? 0 : 1
