using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>A short training whose rate grows by one factor a step, and what its losses say about the rate.</summary>
/// <remarks>Smith 2017, section 3.3 (the range test), with rates in even steps of their logarithm, smoothed losses and an end where they explode, as in Gugger and Howard's fastai.</remarks>
internal sealed class RangeTest(float lowest, float highest, int steps) : Schedule
{
    /// <summary>Share that a step keeps of the mean loss; fastai's.</summary>
    const double Smoothing = 0.98;

    /// <summary>Multiple of the lowest smoothed loss, counted from the first, at which larger rates have nothing left to say; fastai's.</summary>
    const double Explosion = 4;

    readonly List<LearningRatePoint> _points = [];
    double _average, _power = 1, _lowestLoss = double.PositiveInfinity;

    public override string Name => "RangeTest";

    public IReadOnlyList<LearningRatePoint> Points => _points;

    public override RateCourse Begin(in TrainingSpan span) => new Course(lowest, ScalarMath.Log((double)highest / lowest) / Math.Max(1, steps - 1));

    /// <summary>Notes the mean loss of a batch, measured before its step; false where the test is over.</summary>
    public bool Add(float learningRate, double loss)
    {
        if (!double.IsFinite(loss))
            return false;
        _power *= Smoothing;
        _average += (loss - _average) * (1 - Smoothing) / (1 - _power);
        _lowestLoss = Math.Min(_lowestLoss, _average);
        _points.Add(new LearningRatePoint(learningRate, loss, _average));
        return _points.Count < steps && _average <= Explosion * _lowestLoss;
    }

    sealed class Course(double lowest, double logGrowth) : RateCourse
    {
        public override double Rate(long step) => lowest * ScalarMath.Exp(step * logGrowth);
    }
}
