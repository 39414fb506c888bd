using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>What a comparison of rates chose.</summary>
/// <param name="Rate">NaN where none was compared.</param>
/// <param name="WarmUpSteps">Steps of a rise before it; 0 where that gains nothing.</param>
/// <param name="Loss">Of the rows held out, at its end.</param>
/// <param name="Asked">The same at the options' own rate; infinite where that diverges.</param>
/// <param name="Unwarmed">The same at <paramref name="Rate"/> without a rise.</param>
/// <param name="Rates">How many were compared.</param>
/// <param name="Folds">Parts of the rows that were held out.</param>
internal readonly record struct ComparedRate(double Rate, int WarmUpSteps, double Loss, double Asked, double Unwarmed, int Rates, int Folds)
{
    public static ComparedRate None { get; } = new(double.NaN, 0, double.NaN, double.NaN, double.NaN, 0, 0);
}

/// <summary>Trains a copy at each of a ladder of rates, with a part of the rows held out, and chooses by the loss of these.</summary>
/// <param name="folds">Parts of the rows that are held out, one after the other.</param>
/// <param name="heldOut">Loss of a fold's rows after a trial on the others, at the rates that a function gives for the steps; infinite where it diverges.</param>
/// <param name="shape">Share of the highest rate at each step of a trial, by the training's schedule.</param>
/// <param name="isConstant">Whether that is 1 throughout, so that a rise may be proposed.</param>
internal sealed class RateComparison(int folds, Func<int, Func<int, double>, double> heldOut, int steps, Func<int, double> shape, bool isConstant)
{
    /// <summary>From the largest stable rate down, each half of the one before. The first is there to be a neighbour, and is not chosen.</summary>
    const int Rungs = 10;

    /// <summary>Rungs that the first fold leaves to the others.</summary>
    const int Finalists = 5;

    /// <summary>A rise takes this share of a trial.</summary>
    const int WarmUpShare = 8;

    /// <summary>A rise shall gain this much to be proposed: it is one more thing to write.</summary>
    const double WarmUpGain = 0.03;

    /// <summary>Trials that it takes at most: all rungs on the first fold, the finalists on the others; on all the options' rate, one between two rungs, one with a rise, and as much to spare.</summary>
    public static int Trials(int folds) => folds == 0 ? 0 : Rungs + Finalists * (folds - 1) + 4 * folds;

    /// <param name="stable">The largest rate that trains.</param>
    /// <param name="asked">The highest of the schedule that was asked for.</param>
    public ComparedRate Choose(double stable, double asked)
    {
        double[] rates = [.. Enumerable.Range(0, Rungs).Select(rung => stable / (1 << rung))], sums = [.. rates.Select(rate => Loss(0, rate, warmUp: 0))];
        // The best of the first fold and its neighbours: by rungs, not by losses, so that there is a curve to smooth.
        int first = Math.Clamp(Best(sums, 0, Rungs) - Finalists / 2, 0, Rungs - Finalists);
        for (int fold = 1; fold < folds; fold++)
            for (int rung = first; rung < first + Finalists; rung++)
                sums[rung] += Loss(fold, rates[rung], warmUp: 0);
        int best = Best(sums, first, first + Finalists), warmUp = 0;
        if (best < 0)
            return ComparedRate.None;
        double rate = rates[best], loss = sums[best];
        if (best + 1 < first + Finalists && Vertex(sums[best - 1], loss, sums[best + 1]) is var place && place != 0 && stable * ScalarMath.Exp(-(best + place) * ScalarMath.Log(2)) is var between && Sum(between, 0) is var found && found < loss)
            (rate, loss) = (between, found);
        double unwarmed = loss;
        if (isConstant && steps >= 2 * WarmUpShare && Sum(rate, steps / WarmUpShare) is var warmed && warmed < loss - WarmUpGain * Math.Abs(loss))
            (warmUp, loss) = (steps / WarmUpShare, warmed);
        double parts = folds, own = Sum(asked, 0);
        if (own < loss && asked <= stable / 2)                 // below the ladder, or luck of its rungs
            (rate, warmUp, loss, unwarmed) = (asked, 0, own, own);
        return new ComparedRate(rate, warmUp, loss / parts, own / parts, unwarmed / parts, Rungs, folds);
    }

    /// <summary>Lowest point of the parabola through three losses, in rungs from the middle one; 0 where that isn't the lowest of the three.</summary>
    static double Vertex(double above, double middle, double below)
    {
        double bend = above - 2 * middle + below;
        return double.IsFinite(bend) && bend > 0 && middle < above && middle < below ? (above - below) / (2 * bend) : 0;
    }

    double Sum(double rate, int warmUp)
    {
        double sum = 0;
        for (int fold = 0; fold < folds && double.IsFinite(sum); fold++)
            sum += Loss(fold, rate, warmUp);
        return sum;
    }

    /// <summary>The lowest of a smoothed curve, but for the first, whose neighbour above isn't known: what is next to an edge in these trials is beyond it in others. One whose neighbour diverges isn't chosen.</summary>
    static int Best(double[] sums, int first, int end)
    {
        int best = -1;
        double lowest = double.PositiveInfinity;
        for (int rung = first + 1; rung < end; rung++)
        {
            double above = sums[rung - 1], below = sums[Math.Min(rung + 1, end - 1)], smoothed = (above + 2 * sums[rung] + below) / 4;
            if (smoothed < lowest)
                (best, lowest) = (rung, smoothed);
        }
        return best;
    }

    double Loss(int fold, double rate, int warmUp)
        => heldOut(fold, step => step < warmUp ? rate * (step + 1) / (warmUp + 1) : rate * shape(step));
}
