namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Reports for tests of their texts.</summary>
internal static class Reports
{
    public static InitializationReport Create(int hidden, params Finding[] findings) => new()
    {
        Findings = findings,
        Plan = [.. Enumerable.Range(0, hidden + 1).SelectMany(layer => Tensors(layer, hidden))],
        Layers = Statistics.Chain(hidden),
        Seed = long.MinValue,
        Optimizer = "Adam(beta1=0.9, beta2=0.999, epsilon=1E-08)",
        LearningRate = 0.1f,
        Loss = "Huber(delta=2)",
        ProbeRows = 256,
        ProbeHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        InitialLoss = 2.31,
        PriorLoss = 2.30259,
    };

    static TensorPlan[] Tensors(int layer, int hidden)
    {
        bool isOutput = layer == hidden;
        string name = isOutput ? "output" : $"hidden[{layer}]";
        var weights = new WeightShape { FanIn = 64, FanOut = isOutput ? 10 : 64, Rows = isOutput ? 10 : 64, Columns = 64, LayerIndex = layer, Depth = hidden + 1, Role = isOutput ? TensorRole.Output : TensorRole.Hidden, Activation = isOutput ? "Identity" : "ReLU", KernelSize = 1 };
        return
        [
            new($"{name}.weights", weights, "he", 0.176777, $"weights/{layer}", "ReLU halves E z², so Var W = 2 / fan-in keeps it."),
            new($"{name}.bias", weights with { Columns = 1, Role = TensorRole.Bias }, "zeros", isOutput ? null : 0, $"bias/{layer}", "Zero | by default."),
        ];
    }
}
