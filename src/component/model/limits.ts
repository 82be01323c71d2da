// Limits of one component, checked while it is decoded and validated. Owns the numbers; what exceeds one is a LimitError.

export interface ComponentLimits {
  /** Components and component or instance types in each other. Default 100. */
  readonly componentNesting: number;
  /** Definitions and declarations of a component and of all that is nested in it. Default 1,000,000. */
  readonly componentDefinitions: number;
  /** Levels of a value type, such as lists of lists. Default 100. */
  readonly valueTypeDepth: number;
  /**
   * Parts of a value type when all that it refers to is written out in place, as converters see it; and parts of types that are
   * copied or compared for all instances and imports of a component together. Default 1,000,000.
   */
  readonly typeSize: number;
}

export const DEFAULT_COMPONENT_LIMITS: ComponentLimits = {
  componentNesting: 100,
  componentDefinitions: 1_000_000,
  valueTypeDepth: 100,
  typeSize: 1_000_000,
};
