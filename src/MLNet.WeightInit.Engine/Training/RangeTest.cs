using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>A short training whose rate grows by one factor a step, and what its losses say about the rate.</summary>
/// <remarks>Smith 2017, section 3.3 (the range test), with rates in even steps of their logarithm, smoothed losses and an end where they explode, as in Gugger and Howard's fastai; but held against the start's loss on the same rows, so that no easy or hard batch decides.</remarks>
internal sealed class RangeTest(float lowest, float highest, int steps) : Schedule
{
    /// <summary>Share that a step keeps of the mean loss; fastai's.</summary>
    const double Smoothing = 0.98;

    /// <summary>The same of the difference from the start's loss, which varies less, so that a mean that lags behind less is smooth enough.</summary>
    const double GainSmoothing = 0.9;

    /// <summary>How many times the start's loss the smoothed loss may rise above it before larger rates have nothing left to say.</summary>
    const double Explosion = 3;

    readonly List<LearningRatePoint> _points = [];
    double _average, _gain, _startLoss, _power = 1, _gainPower = 1, _lowestGain;

    public override string Name => "RangeTest";

    public IReadOnlyList<LearningRatePoint> Points => _points;

    /// <summary>The rate at which the loss lay farthest below the start's on the same rows, smoothed by <see cref="GainSmoothing"/>; null where it never lay below.</summary>
    public float? LowestAt { get; private set; }

    public override RateCourse Begin(in TrainingSpan span) => new Course(lowest, ScalarMath.Log((double)highest / lowest) / Math.Max(1, steps - 1));

    /// <summary>Notes the mean loss of a batch, measured before its step; false where the test is over.</summary>
    /// <param name="learningRate">Of the step.</param>
    /// <param name="loss">Of the weights that the steps before led to.</param>
    /// <param name="startLoss">Of the first weights on the same rows. Batches differ by more than a hundred steps may gain; what they have in common with the start leaves the difference.</param>
    public bool Add(float learningRate, double loss, double startLoss)
    {
        if (!double.IsFinite(loss))
            return false;
        _power *= Smoothing;
        _gainPower *= GainSmoothing;
        _average += (loss - _average) * (1 - Smoothing) / (1 - _power);
        _startLoss += (startLoss - _startLoss) * (1 - Smoothing) / (1 - _power);
        _gain += (loss - startLoss - _gain) * (1 - GainSmoothing) / (1 - _gainPower);
        if (_gain < _lowestGain)
            (_lowestGain, LowestAt) = (_gain, learningRate);
        _points.Add(new LearningRatePoint(learningRate, loss, _average));
        return _points.Count < steps && _gain <= Explosion * Math.Abs(_startLoss);
    }

    sealed class Course(double lowest, double logGrowth) : RateCourse
    {
        public override double Rate(long step) => lowest * ScalarMath.Exp(step * logGrowth);
    }
}
