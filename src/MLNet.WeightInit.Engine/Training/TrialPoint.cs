namespace MLNet.WeightInit.Engine.Training;

/// <summary>What was measured on rows kept out of a training, between two steps of it.</summary>
/// <param name="Step">Steps taken before; 0 before the first.</param>
/// <param name="TrainedRows">Rows that passed forward and backward before: what the steps cost.</param>
/// <param name="Loss">Mean over the rows kept out.</param>
/// <param name="Metric">Over the same rows; null where none was asked for.</param>
internal readonly record struct TrialPoint(long Step, double TrainedRows, double Loss, double? Metric);
