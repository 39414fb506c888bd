namespace MLNet.WeightInit;

/// <summary>How one tensor of the network was filled, and why.</summary>
/// <param name="Tensor">Its name: <c>hidden[0].weights</c>, <c>output.bias</c>.</param>
/// <param name="Shape">Fans, position, role and the activation that follows.</param>
/// <param name="Initializer">The initializer with every argument that differs from its default, as a specification that parses back: <c>he(mode=fan_out)</c>.</param>
/// <param name="TargetDeviation">Standard deviation that the initializer aims at; null where it has none in closed form.</param>
/// <param name="Stream">Key of the random stream that the values came from.</param>
/// <param name="Reason">Why this initializer, in a sentence.</param>
public sealed record TensorPlan(string Tensor, WeightShape Shape, string Initializer, double? TargetDeviation, string Stream, string Reason);
