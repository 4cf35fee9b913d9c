export {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from './server.ts'
export type { World } from './world.ts'
