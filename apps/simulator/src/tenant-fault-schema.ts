import { z } from 'zod'
import { findFault } from './fault-catalogue.ts'
import { type FaultParameters, faultOperations, parameterNames } from './faults/fault-definition.ts'
import type { TenantFault } from './world.ts'

const time = z.iso.datetime({ message: 'a UTC time such as 2024-03-11T00:00:00Z is needed' }).transform((text) => Date.parse(text))
const none: FaultParameters = { seconds: 0, minutes: 0, hours: 0, megabytes: 0, status: 0 }
const amount = z.number().nonnegative().optional()

const given = z.strictObject({
  fault: z.string(),
  from: time.default(Number.NEGATIVE_INFINITY),
  to: time.default(Number.POSITIVE_INFINITY),
  times: z.int().positive().optional(),
  timesEach: z.int().positive().optional(),
  probability: z.number().gt(0).max(1).default(1),
  operations: z.array(z.enum(faultOperations)).min(1).optional(),
  contentId: z.string().optional(),
  seconds: amount,
  minutes: amount,
  hours: amount,
  megabytes: z.int().positive().optional(),
  status: z.int().min(200).max(599).optional(),
})

/** A fault of the catalogue as a scenario names it; only the operations and parameters that the catalogue gives it may be named. */
export const tenantFaultSchema: z.ZodType<TenantFault> = given.check(refuseWhatIsNotInTheCatalogue).transform((fault): TenantFault => {
  const { times, timesEach, contentId, operations, seconds, minutes, hours, megabytes, status, ...rest } = fault
  const definition = findFault(fault.fault)
  return {
    ...rest,
    ...(times && { times }),
    ...(timesEach && { timesEach }),
    ...(contentId !== undefined && { contentId }),
    operations: operations ?? definition?.operations ?? [],
    parameters: { ...none, ...definition?.parameters, ...withoutUndefined({ seconds, minutes, hours, megabytes, status }) },
  }
})

function refuseWhatIsNotInTheCatalogue({ value, issues }: z.core.ParsePayload<z.infer<typeof given>>): void {
  const refuse = (path: string, message: string): void => {
    issues.push({ code: 'custom', input: value, path: [path], message })
  }
  const definition = findFault(value.fault)
  if (!definition) {
    refuse('fault', `there is no fault named ${value.fault}; --faults shows the catalogue`)
    return
  }
  const foreign = value.operations?.filter((operation) => !definition.operations.includes(operation)) ?? []
  if (foreign.length > 0) refuse('operations', `${value.fault} does not concern ${foreign.join(', ')}`)
  if (value.timesEach !== undefined && definition.acts === 'feed') refuse('timesEach', `${value.fault} is of contents, not of calls`)
  for (const name of parameterNames)
    if (value[name] !== undefined && definition.parameters?.[name] === undefined) refuse(name, `${value.fault} has no such parameter`)
}

function withoutUndefined<T extends object>(value: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }
}
