/** Whether this row of `count` is one of `sample` that lie evenly between the others. */
export function isInSample(index: number, count: number, sample: number): boolean {
  return Math.floor((index * sample) / count) !== Math.floor(((index - 1) * sample) / count)
}

/** The rows of such a sample. */
export function sampleOf<Row>(count: number, sample: number, row: (index: number) => Row): readonly Row[] {
  const rows: Row[] = []
  for (let index = 0; index < count; index++) if (isInSample(index, count, sample)) rows.push(row(index))
  return rows
}
