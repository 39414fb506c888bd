using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>L-BFGS, for small data: each epoch is one iteration over all rows, whose line search takes the step. <see cref="LbfgsMinimizer"/> has the algorithm, <see cref="FullBatchDescent"/> brings it to the network.</summary>
/// <remarks>Liu and Nocedal 1989; Nocedal and Wright 2006, section 7.2.</remarks>
internal sealed class Lbfgs : Optimizer
{
    /// <summary>8 bytes a parameter each.</summary>
    const int MostMemory = 1_000;

    /// <param name="memory">Pairs of moves and changes of the gradient that are kept; 1 … 1,000. Default: 10.</param>
    /// <param name="tolerance">Largest number of the gradient that ends training; at least 0 and finite. Default: 1e-5, scipy's <c>gtol</c>.</param>
    public Lbfgs(double memory = 10, double tolerance = 1e-5)
    {
        if (!(memory is >= 1 and <= MostMemory) || memory != Math.Floor(memory))
            throw new ArgumentOutOfRangeException(nameof(memory), memory, "L-BFGS's memory must be a whole number from 1 to 1,000, for example 10.");
        if (!(tolerance >= 0 && double.IsFinite(tolerance)))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "L-BFGS's tolerance must be at least 0 and finite, for example 1e-5.");
        Memory = (int)memory;
        Tolerance = tolerance;
    }

    public int Memory { get; }
    public double Tolerance { get; }
    public const string CanonicalName = "L-BFGS";

    public override string Name => CanonicalName;
    public override string Specification => $"{Name}(memory={SpecificationText.Format(Memory)}, tolerance={SpecificationText.Format(Tolerance)})";

    /// <summary>Steps have the length that the line search finds.</summary>
    public override float UsualLearningRate => 1;
    public override int StateCount => 0;
    public override bool IsFullBatch => true;

    public override OptimizerKernel CreateKernel(SimdLevel level) => throw new NotSupportedException("L-BFGS moves all parameters at once: FullBatchDescent does, and no step of a mini-batch.");
}
