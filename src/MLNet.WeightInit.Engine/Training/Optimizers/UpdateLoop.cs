using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>One optimizer's numbers, and how they change from step to step.</summary>
internal interface IUpdateRule<TSelf> where TSelf : struct, IUpdateRule<TSelf>
{
    /// <summary>Running averages that the update reads and writes.</summary>
    static abstract int States { get; }

    /// <summary>The rule of the next step: decay powers advanced, learning rate taken in.</summary>
    TSelf NextStep(double learningRate);

    /// <summary>This step's rule for a run of parameters with its own rate multiplier and decay.</summary>
    TSelf ForRun(double rateMultiplier, double weightDecay);

    /// <summary>The loop that begins with this rule: <see cref="UpdateLoop{TSimd, TVector, TRule, TLanes}"/> with the rule's lanes.</summary>
    OptimizerKernel CreateLoop<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct;

    /// <summary>What the rule carries from one step to the next: nothing for most.</summary>
    static virtual void Exchange(ref TSelf rule, StateExchange state)
    {
    }
}

/// <summary>A rule's numbers in every lane of a vector, and its arithmetic on one vector of parameters.</summary>
/// <remarks>Apart from the rule, so that they are spread once before a loop: the JIT would do it anew for every vector, which takes a third of the instructions that a processor looks ahead by.</remarks>
internal interface IUpdateLanes<TSelf, TRule, TVector> where TSelf : struct where TRule : struct where TVector : struct
{
    static abstract TSelf Of(TRule rule);

    void Apply(ref TVector parameter, TVector gradient, ref TVector first, ref TVector second);
}

/// <summary>Makes the loop of a rule for one vector width.</summary>
internal readonly struct UpdateLoopFactory<TRule>(TRule rule) : ISimdFactory<OptimizerKernel> where TRule : struct, IUpdateRule<TRule>
{
    readonly TRule _rule = rule;

    public OptimizerKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => _rule.CreateLoop<TSimd, TVector>();
}

/// <summary>One pass over parameters, gradient and averages: each is read and written once a step.</summary>
internal sealed unsafe class UpdateLoop<TSimd, TVector, TRule, TLanes>(TRule rule) : OptimizerKernel
    where TSimd : struct, ISimd<TVector> where TVector : struct where TRule : struct, IUpdateRule<TRule> where TLanes : struct, IUpdateLanes<TLanes, TRule, TVector>
{
    readonly TRule _unused = rule;
    TRule _rule = rule;

    public override void BeginStep(float learningRate) => _rule = _rule.NextStep(learningRate);

    public override void Restart() => _rule = _unused;

    public override void Exchange(StateExchange state) => TRule.Exchange(ref _rule, state);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Update(float* parameters, float* gradient, float* state1, float* state2, nint count, float rateMultiplier, float weightDecay)
    {
        TLanes lanes = TLanes.Of(_rule.ForRun(rateMultiplier, weightDecay));
        UpdateRun(lanes, parameters, gradient, state1, state2, count);
    }

    /// <summary>Rows lie far apart, in lines that nothing has asked for yet: each is asked for some rows ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void UpdateRows(float* parameters, float* gradient, float* state1, float* state2, ReadOnlySpan<int> rows, int count, int width, float rateMultiplier, float weightDecay)
    {
        TLanes lanes = TLanes.Of(_rule.ForRun(rateMultiplier, weightDecay));
        int rowsAhead = Math.Max(1, FloatsAhead / width);
        for (int row = 0; row < count; row++, gradient += width)
        {
            if (row + rowsAhead < rows.Length)
                Prefetch(parameters, state1, state2, (nint)rows[row + rowsAhead] * width, width);
            nint offset = (nint)rows[row] * width;
            UpdateRun(lanes, parameters + offset, gradient, state1 + offset, state2 + offset, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void UpdateRun(TLanes lanes, float* parameters, float* gradient, float* state1, float* state2, nint count)
    {
        TVector first = default, second = default;
        for (nint i = 0; i < count; i += TSimd.Width)
        {
            TVector parameter = TSimd.Load(parameters + i);
            if (TRule.States > 0)
                first = TSimd.Load(state1 + i);
            if (TRule.States > 1)
                second = TSimd.Load(state2 + i);
            lanes.Apply(ref parameter, TSimd.Load(gradient + i), ref first, ref second);
            if (TRule.States > 0)
                TSimd.Store(first, state1 + i);
            if (TRule.States > 1)
                TSimd.Store(second, state2 + i);
            TSimd.Store(parameter, parameters + i);
        }
    }

    const int FloatsAhead = 768;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Prefetch(float* parameters, float* state1, float* state2, nint offset, int width)
    {
        for (int line = 0; line < width; line += CacheHint.LineFloats)
        {
            CacheHint.Prefetch(parameters + offset + line);
            if (TRule.States > 0)
                CacheHint.Prefetch(state1 + offset + line);
            if (TRule.States > 1)
                CacheHint.Prefetch(state2 + offset + line);
        }
    }
}

/// <summary>Keeps running averages out of the denormal range, where arithmetic is up to a hundred times slower on many processors.</summary>
internal static class Flush<TSimd, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
{
    /// <summary>Averages below this are zero: their share of a step is far below a parameter's last bit.</summary>
    const float TinyAverage = 1e-30f;

    /// <summary>Gradients below this are zero where they get squared: the square would be below <see cref="TinyAverage"/>, or denormal.</summary>
    const float TinyGradient = 1e-15f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Average(TVector value) => ZeroBelow(value, TinyAverage);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient(TVector value) => ZeroBelow(value, TinyGradient);

    // NaN is not below anything, so it stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector ZeroBelow(TVector value, float limit)
        => TSimd.Select(TSimd.LessThan(TSimd.Abs(value), TSimd.Broadcast(limit)), TSimd.Broadcast(0), value);
}
