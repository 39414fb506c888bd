using Kernels;
using Microsoft.ML.OnnxRuntime;
using MLNet.WeightInit;

namespace Peers.Onnx;

/// <summary>Scores rows with ONNX Runtime at its best: one thread, all graph optimizations, inputs and outputs bound to memory that stays.</summary>
static class RuntimeScoring
{
    /// <summary>Why it can't be loaded, or null.</summary>
    public static string? Failure { get; } = Load();

    /// <param name="features">[rows × inputs].</param>
    /// <param name="scores">[rows × outputs].</param>
    public static Candidate Create(FeedForwardNetwork network, float[] features, float[] scores)
    {
        int rows = features.Length / network.Inputs;
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        var session = new InferenceSession(OnnxModel.Write(network), options);
        var run = new RunOptions();
        OrtValue[] inputs = [OrtValue.CreateTensorValueFromMemory(features, [rows, network.Inputs])];
        OrtValue[] outputs = [OrtValue.CreateTensorValueFromMemory(scores, [rows, network.Outputs])];
        string[] inputNames = [OnnxModel.Input], outputNames = [OnnxModel.Output];
        return new Candidate("ONNX Runtime", 0, () => session.Run(run, inputNames, inputs, outputNames, outputs));
    }

    static string? Load()
    {
        try
        {
            _ = OrtEnv.Instance().GetVersionString();
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or BadImageFormatException)
        {
            return $"ONNX Runtime can't be loaded: {(exception.InnerException ?? exception).Message.Split(". ")[0]}";
        }
    }
}
