namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>Multiplies the rate by <c>factor</c> where the loss has not improved for more than <c>patience</c> epochs.</summary>
/// <remarks>PyTorch's <c>ReduceLROnPlateau</c> in its modes <c>min</c> and <c>rel</c>, of the validation loss where there is one, else of the training loss. Left open, the patience is half of what
/// early stopping waits, so that a lower rate is tried before training stops.</remarks>
internal sealed class PlateauSchedule : Schedule
{
    readonly double _factor, _threshold, _lowest;
    readonly double? _patience;
    readonly int _cooldown;

    /// <param name="factor">Above 0 and below 1. Default: 0.1.</param>
    /// <param name="patience">Epochs without improvement that are let pass; a whole number, at least 0. Null: half of early stopping's, at least 1, less 1.</param>
    /// <param name="threshold">Share of the best loss that a loss must be below it to be better; from 0 to below 1. Default: 1e-4.</param>
    /// <param name="cooldown">Epochs after a fall that don't count; a whole number, at least 0. Default: 0.</param>
    /// <param name="lowest">min_lr, below which the rate doesn't fall; at least 0 and below the learning rate. Default: 0.</param>
    public PlateauSchedule(double factor = 0.1, double? patience = null, double threshold = 1e-4, double cooldown = 0, double lowest = 0)
    {
        if (!(factor is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The plateau schedule's factor must be above 0 and below 1, for example 0.1.");
        if (!(threshold is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The plateau schedule's threshold must be at least 0 and below 1, for example 0.0001.");
        _factor = factor;
        _threshold = threshold;
        _patience = patience is { } epochs ? CheckedEpochs(epochs, nameof(patience)) : null;
        _cooldown = CheckedEpochs(cooldown, nameof(cooldown));
        _lowest = CosineSchedule.CheckedLowest(lowest, "plateau", "min_lr");
    }

    public override string Name => "Plateau";

    public override RateCourse Begin(in TrainingSpan span)
    {
        CosineSchedule.RequireBelow(_lowest, span, "plateau", "min_lr");
        if (span.StopsEarly && _patience + 1 >= span.Patience)
            throw Impossible($"The plateau schedule's patience plus 1 must be below early stopping's, or training stops before the learning rate falls, but it is {_patience} and early stopping's {span.Patience} epochs. "
                + "Lower the one, or raise the option Patience.");
        return new Course(this, span.LearningRate, (int)(_patience ?? Math.Max(1, span.Patience / 2) - 1));
    }

    static int CheckedEpochs(double epochs, string argument)
        => epochs is >= 0 and <= int.MaxValue && Math.Floor(epochs) == epochs
            ? (int)epochs
            : throw new ArgumentOutOfRangeException(argument, epochs, $"The plateau schedule's {argument} must be a whole number of epochs, at least 0.");

    sealed class Course(PlateauSchedule schedule, double rate, int patience) : RateCourse
    {
        double _rate = rate, _best = double.PositiveInfinity;
        int _badEpochs, _cooling;

        public override double Rate(long step) => _rate;

        public override void EpochEnded(double loss)
        {
            // Of the loss's size: a likelihood's logarithm may be of either sign.
            if (double.IsPositiveInfinity(_best) || loss < _best - schedule._threshold * Math.Abs(_best))
            {
                _best = loss;
                _badEpochs = 0;
            }
            else
            {
                _badEpochs++;
            }
            if (_cooling > 0)
            {
                _cooling--;
                _badEpochs = 0;
            }
            if (_badEpochs <= patience)
                return;
            _rate = Math.Max(_rate * schedule._factor, schedule._lowest);
            _cooling = schedule._cooldown;
            _badEpochs = 0;
        }
    }
}
