using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>How a gradient becomes a step. What counts steps and remembers gradients is the kernel; this is only its recipe, and serves any number of trainings.</summary>
internal abstract class Optimizer
{
    /// <summary>Canonical name, as options spell it: <c>SGD</c>, <c>Momentum</c>, <c>Nesterov</c>, <c>RMSProp</c>, <c>Adam</c>, <c>AdamW</c>, <c>Lion</c>, <c>LAMB</c>, <c>L-BFGS</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Name with arguments where there are any: <c>Adam(beta1=0.9, beta2=0.999, epsilon=1E-08)</c>.</summary>
    public virtual string Specification => Name;

    /// <summary>What most people begin with: the diagnostics' measure of rates that are small or large.</summary>
    public abstract float UsualLearningRate { get; }

    /// <summary>Running averages it keeps for each parameter: 0 for SGD, 1 for momentum, 2 for Adam.</summary>
    public abstract int StateCount { get; }

    /// <summary>True where weight decay shrinks the weights beside the step (AdamW, Lion, LAMB), false where it is added to the gradient.</summary>
    public virtual bool HasDecoupledDecay => false;

    /// <summary>True where a step's length hangs on the norms of a whole tensor: then <see cref="OptimizerKernel.Update"/> leaves a direction in the gradient's place, and <see cref="DeferredUpdate"/> takes the step.</summary>
    public virtual bool HasTrustRatio => false;

    /// <summary>True where one step sees all rows, several times if need be, and an epoch is one step (L-BFGS).</summary>
    public virtual bool IsFullBatch => false;

    /// <summary>The update loop for one vector width; the kernel carries the step count.</summary>
    /// <exception cref="NotSupportedException">It is of the whole data.</exception>
    public abstract OptimizerKernel CreateKernel(SimdLevel level);

    /// <summary>Mean squares below 1e-30 count as zero (<see cref="Flush{TSimd, TVector}"/>): far above their root, epsilon hides that.</summary>
    const double SmallestEpsilon = 1e-12;

    /// <exception cref="ArgumentOutOfRangeException">Below 1e-12, or not finite.</exception>
    private protected static double CheckedEpsilon(double epsilon)
        => epsilon >= SmallestEpsilon && double.IsFinite(epsilon)
            ? epsilon
            : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be at least 1e-12 and finite, for example 1e-8.");

    /// <summary>Of what was, in what is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to below 1.</exception>
    private protected static double CheckedShare(double share, string name, string whose, string example)
        => share is >= 0 and < 1 ? share : throw new ArgumentOutOfRangeException(name, share, $"{whose} {name} must be at least 0 and below 1, for example {example}.");
}

/// <summary>The update of one optimizer at one vector width.</summary>
internal abstract unsafe class OptimizerKernel
{
    /// <summary>Once before the updates of each step, with the step's learning rate; advances powers of the decay rates (products in double, no pow).</summary>
    public abstract void BeginStep(float learningRate);

    /// <summary>Updates one run of parameters in place. Safe to call from several threads on disjoint runs between two <see cref="BeginStep"/>.</summary>
    /// <param name="parameters">Parameters, a multiple of 16.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="state1">First running average, or null where <see cref="Optimizer.StateCount"/> is 0.</param>
    /// <param name="state2">Second running average, or null where <see cref="Optimizer.StateCount"/> is below 2.</param>
    /// <param name="count">A multiple of 16.</param>
    /// <param name="rateMultiplier">Multiplies the learning rate of this run (1 for most).</param>
    /// <param name="weightDecay">L2 or decoupled decay for this run, as the optimizer defines it; 0 for biases.</param>
    public abstract void Update(float* parameters, float* gradient, float* state1, float* state2, nint count, float rateMultiplier, float weightDecay);

    /// <summary>As <see cref="Update"/>, for some rows of a block only: row i of the gradient is that of the block's row <c>rows[i]</c>.</summary>
    /// <param name="rows">Ascending, each once; those behind the first <paramref name="count"/> come next, and their memory may be asked for.</param>
    /// <param name="width">Floats of a row, a multiple of 16.</param>
    public virtual void UpdateRows(float* parameters, float* gradient, float* state1, float* state2, ReadOnlySpan<int> rows, int count, int width, float rateMultiplier, float weightDecay)
    {
        for (int i = 0; i < count; i++)
        {
            nint offset = (nint)rows[i] * width;
            Update(parameters + offset, gradient + (nint)i * width, state1 is null ? null : state1 + offset, state2 is null ? null : state2 + offset, width, rateMultiplier, weightDecay);
        }
    }

    /// <summary>Back to before the first step.</summary>
    public abstract void Restart();

    /// <summary>What it carries from one step to the next beside the running averages: nothing for most.</summary>
    public virtual void Exchange(StateExchange state)
    {
    }
}
