/**
 * Latest input wins: at most one job runs and one waits, a newer input replaces the waiting one, and a result is
 * painted only while its input is still the newest. Typing is therefore never blocked and nothing stale is shown.
 */
export class Latest<Input, Output> {
  private newest = 0;
  private running = false;
  private waiting: { generation: number; input: Input } | null = null;

  constructor(
    private readonly work: (input: Input) => Promise<Output>,
    private readonly paint: (output: Output, input: Input) => void,
    private readonly fail: (error: unknown) => void,
  ) {}

  submit(input: Input): void {
    const job = { generation: ++this.newest, input };
    if (this.running) this.waiting = job;
    else void this.run(job);
  }

  /** Forgets the waiting job and never paints the running one. */
  cancel(): void {
    this.newest++;
    this.waiting = null;
  }

  private async run(job: { generation: number; input: Input }): Promise<void> {
    this.running = true;
    try {
      const output = await this.work(job.input);
      if (job.generation === this.newest) this.paint(output, job.input);
    } catch (error) {
      if (job.generation === this.newest) this.fail(error);
    }
    this.running = false;
    const next = this.waiting;
    this.waiting = null;
    if (next) void this.run(next);
  }
}
