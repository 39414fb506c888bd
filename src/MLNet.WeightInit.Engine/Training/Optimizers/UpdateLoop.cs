using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>One optimizer's arithmetic on one vector of parameters, with the numbers of the current step.</summary>
internal interface IUpdateRule<TSelf> where TSelf : struct, IUpdateRule<TSelf>
{
    /// <summary>Running averages that <see cref="Apply"/> reads and writes.</summary>
    static abstract int States { get; }

    /// <summary>The rule of the next step: decay powers advanced, learning rate taken in.</summary>
    TSelf NextStep(double learningRate);

    /// <summary>This step's rule for a run of parameters with its own rate multiplier and decay.</summary>
    TSelf ForRun(double rateMultiplier, double weightDecay);

    void Apply<TSimd, TVector>(ref TVector parameter, TVector gradient, ref TVector first, ref TVector second)
        where TSimd : struct, ISimd<TVector> where TVector : struct;

    /// <summary>What the rule carries from one step to the next: nothing for most.</summary>
    static virtual void Exchange(ref TSelf rule, StateExchange state)
    {
    }
}

/// <summary>Makes the loop of a rule for one vector width.</summary>
internal readonly struct UpdateLoopFactory<TRule>(TRule rule) : ISimdFactory<OptimizerKernel> where TRule : struct, IUpdateRule<TRule>
{
    readonly TRule _rule = rule;

    public OptimizerKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new UpdateLoop<TSimd, TVector, TRule>(_rule);
}

/// <summary>One pass over parameters, gradient and averages: each is read and written once a step.</summary>
internal sealed unsafe class UpdateLoop<TSimd, TVector, TRule>(TRule rule) : OptimizerKernel
    where TSimd : struct, ISimd<TVector> where TVector : struct where TRule : struct, IUpdateRule<TRule>
{
    TRule _rule = rule;

    public override void BeginStep(float learningRate) => _rule = _rule.NextStep(learningRate);

    public override void Exchange(StateExchange state) => TRule.Exchange(ref _rule, state);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Update(float* parameters, float* gradient, float* state1, float* state2, nint count, float rateMultiplier, float weightDecay)
    {
        TRule rule = _rule.ForRun(rateMultiplier, weightDecay);
        TVector first = TSimd.Broadcast(0), second = first;
        for (nint i = 0; i < count; i += TSimd.Width)
        {
            TVector parameter = TSimd.Load(parameters + i);
            if (TRule.States > 0)
                first = TSimd.Load(state1 + i);
            if (TRule.States > 1)
                second = TSimd.Load(state2 + i);
            rule.Apply<TSimd, TVector>(ref parameter, TSimd.Load(gradient + i), ref first, ref second);
            if (TRule.States > 0)
                TSimd.Store(first, state1 + i);
            if (TRule.States > 1)
                TSimd.Store(second, state2 + i);
            TSimd.Store(parameter, parameters + i);
        }
    }

    /// <summary>Rows lie far apart, in lines that nothing has asked for yet: each is asked for some rows ahead. The loop over a row is the one above: shared, the rule would not stay in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void UpdateRows(float* parameters, float* gradient, float* state1, float* state2, ReadOnlySpan<int> rows, int width, float rateMultiplier, float weightDecay)
    {
        TRule rule = _rule.ForRun(rateMultiplier, weightDecay);
        TVector first = TSimd.Broadcast(0), second = first;
        for (int row = 0; row < rows.Length; row++, gradient += width)
        {
            if (row + RowsAhead < rows.Length)
                Prefetch(parameters, state1, state2, (nint)rows[row + RowsAhead] * width, width);
            nint offset = (nint)rows[row] * width;
            for (int i = 0; i < width; i += TSimd.Width)
            {
                TVector parameter = TSimd.Load(parameters + offset + i);
                if (TRule.States > 0)
                    first = TSimd.Load(state1 + offset + i);
                if (TRule.States > 1)
                    second = TSimd.Load(state2 + offset + i);
                rule.Apply<TSimd, TVector>(ref parameter, TSimd.Load(gradient + i), ref first, ref second);
                if (TRule.States > 0)
                    TSimd.Store(first, state1 + offset + i);
                if (TRule.States > 1)
                    TSimd.Store(second, state2 + offset + i);
                TSimd.Store(parameter, parameters + offset + i);
            }
        }
    }

    const int RowsAhead = 4;

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
