/**
 * All names below a folder in code-unit order, of a store that sorts folder by folder. There a folder stands before `folder-a` and
 * `folder.json`, though what is in it (`folder/…`) comes after them; so it waits until nothing more of that kind can follow. No more is
 * held than the folders that wait: as many as names that begin with each other.
 *
 * @param list - what is directly in a folder, sorted by names without the slash that its folders end with
 */
export async function* walkFolders(list: (folder: string) => AsyncIterable<string>, folder: string): AsyncGenerator<string> {
  const waiting: string[] = []
  for await (const name of list(folder)) {
    for (let next = waiting.at(-1); next !== undefined && next < name; next = waiting.at(-1)) {
      waiting.pop()
      yield* walkFolders(list, next)
    }
    if (name.endsWith('/')) waiting.push(name)
    else yield name
  }
  for (const next of waiting.reverse()) yield* walkFolders(list, next)
}
