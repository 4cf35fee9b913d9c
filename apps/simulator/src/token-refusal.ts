import { randomUUID } from 'node:crypto'
import { type Answer, jsonAnswer } from './answer.ts'

/** Entra's error body. */
export function tokenRefusal(status: number, error: string, code: number, message: string): Answer {
  const traceId = randomUUID()
  const correlationId = randomUUID()
  const timestamp = new Date().toISOString().replace('T', ' ').replace(/\.\d+/, '')
  return jsonAnswer(status, {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
  })
}
