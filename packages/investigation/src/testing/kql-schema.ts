import { createRequire } from 'node:module'

/** What we use of Microsoft's language service, which is a script that defines a global. */
interface KustoLanguage {
  readonly KustoCode: { ParseAndAnalyze(text: string, globals: unknown): KustoCode }
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } }
  readonly Symbols: {
    readonly DatabaseSymbol: { readonly $ctor2: new (name: string, alternateName: null, members: readonly unknown[]) => unknown }
    readonly ExternalTableSymbol: { readonly $ctor4: new (name: string, columns: string, description: null) => unknown }
    readonly FunctionSymbol: { readonly $ctor16: new (name: string, parameters: string, body: string, description: null) => unknown }
    readonly TableSymbol: { readonly $ctor7: new (name: string, columns: string, description: null) => unknown }
  }
}

interface KustoCode {
  GetDiagnostics(): KustoList<{ readonly Message: string; readonly Start: number }>
  readonly ResultType: { readonly Columns: KustoList<{ readonly Name: string; readonly Type: { readonly Name: string } }> }
}

interface KustoList<T> {
  readonly Count: number
  getItem(index: number): T
}

/** What a file of commands defines, and what is wrong with it by Microsoft's own parser, which knows types and columns. */
export interface KqlSchema {
  /** Columns and their types by table or view, each as `name:type`. */
  readonly columns: ReadonlyMap<string, readonly string[]>
  readonly faults: readonly string[]
}

export function kqlSchema(commands: readonly string[]): KqlSchema {
  const { KustoCode, GlobalState, Symbols } = loadKusto()
  const members: unknown[] = []
  const columns = new Map<string, string[]>()
  const faults: string[] = []
  const analyze = (name: string, text: string) => {
    const code = KustoCode.ParseAndAnalyze(text, GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor2('lake', null, members)))
    faults.push(...items(code.GetDiagnostics()).map(({ Message, Start }) => `${name}: ${Message} ${text.slice(Start, Start + 60)}`))
    return items(code.ResultType.Columns).map((column) => `${column.Name}:${column.Type.Name}`)
  }
  for (const command of commands) {
    const { table, columnList, partitions, fn, parameters, body } = parts(command)
    if (table !== undefined) members.push(new Symbols.ExternalTableSymbol.$ctor4(table, `(${columnList}, ${partitions})`, null))
    else if (fn === undefined || body === undefined) faults.push(`Not understood: ${command.slice(0, 60)}`)
    else if (parameters !== undefined) members.push(new Symbols.FunctionSymbol.$ctor16(fn, parameters, `{${body}}`, null))
    else {
      const found = analyze(fn, body)
      columns.set(fn, found)
      members.push(new Symbols.TableSymbol.$ctor7(fn, `(${found.map((column) => `['${column.replace(':', "']:")}`).join(', ')})`, null))
    }
  }
  return { columns, faults }
}

/** A view stands for its table, so that it is analysed once. */
function parts(command: string): Readonly<Record<string, string | undefined>> {
  const patterns = [
    /^\.create-or-alter external table (?<table>\w+) \((?<columnList>[^)]*)\)[\s\S]*partition by \((?<partitions>[^)]*)\)/,
    /^\.create-or-alter function with [^\n]*\n(?<fn>\w+)(?:\(\)|(?<parameters>\([^)]+\))) \{(?<body>[\s\S]*)\}$/,
    /^\.set-or-replace (?<fn>\w+) <\|(?<body>[\s\S]*)$/,
  ]
  return patterns.map((pattern) => pattern.exec(command)?.groups).find((groups) => groups !== undefined) ?? {}
}

function items<T>(list: KustoList<T>): T[] {
  return Array.from({ length: list.Count }, (_, index) => list.getItem(index))
}

function loadKusto(): KustoLanguage {
  const require = createRequire(import.meta.url)
  require('@kusto/language-service-next/bridge.min.js')
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js')
  return (globalThis as unknown as { readonly Kusto: { readonly Language: KustoLanguage } }).Kusto.Language
}
