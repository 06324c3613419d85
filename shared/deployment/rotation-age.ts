/** The metric that tells how long ago the root keys were rotated, in days. */
export const rotationAgeMetric = {
  metricName: 'daysSinceRotation',
  dimensions: { function: 'secrets' },
} as const;

/** How often the metric is written, in hours. */
export const rotationAgeHours = 12;

/** The event on which the function of the secrets writes it. */
export const rotationAgeEvent = { check: 'rotation' } as const;
