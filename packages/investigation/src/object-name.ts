/** How a raw object is named among those of its partition: its key without the folder. */
export function objectName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
