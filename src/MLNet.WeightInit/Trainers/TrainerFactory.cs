using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Makes estimators, after a look at the ML.NET that is loaded.</summary>
/// <remarks>The trainers derive from ML.NET's internals: with a wrong ML.NET their types don't even load. Only the methods that are not inlined
/// name them, so that <see cref="MLNetCompatibility"/> speaks first.</remarks>
internal static class TrainerFactory
{
    public static NeuralNetEstimator Estimator(IHostEnvironment environment, NeuralNetOptions options)
    {
        MLNetCompatibility.Ensure();
        return CreateEstimator(environment, options);
    }

    public static NeuralNetMulticlassTrainer Multiclass(IHostEnvironment environment, NeuralNetOptions options)
    {
        MLNetCompatibility.Ensure();
        return CreateMulticlass(environment, options);
    }

    public static NeuralNetBinaryTrainer Binary(IHostEnvironment environment, NeuralNetOptions options)
    {
        MLNetCompatibility.Ensure();
        return CreateBinary(environment, options);
    }

    public static NeuralNetRegressionTrainer Regression(IHostEnvironment environment, NeuralNetOptions options)
    {
        MLNetCompatibility.Ensure();
        return CreateRegression(environment, options);
    }

    public static NeuralNetMultiOutputTrainer MultiOutput(IHostEnvironment environment, NeuralNetOptions options)
    {
        MLNetCompatibility.Ensure();
        return CreateMultiOutput(environment, options);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static NeuralNetEstimator CreateEstimator(IHostEnvironment environment, NeuralNetOptions options)
        => new(environment, new TrainerSettings(environment, options));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static NeuralNetMulticlassTrainer CreateMulticlass(IHostEnvironment environment, NeuralNetOptions options)
        => new(environment, new TrainerSettings(environment, options));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static NeuralNetBinaryTrainer CreateBinary(IHostEnvironment environment, NeuralNetOptions options)
        => new(environment, new TrainerSettings(environment, options));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static NeuralNetRegressionTrainer CreateRegression(IHostEnvironment environment, NeuralNetOptions options)
        => new(environment, new TrainerSettings(environment, options));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static NeuralNetMultiOutputTrainer CreateMultiOutput(IHostEnvironment environment, NeuralNetOptions options)
        => new(environment, new TrainerSettings(environment, options));
}
