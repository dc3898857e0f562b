// While a page's code is on its way: only after 0.4 s, so that quick ones don't flash.
import { SkeletonText } from "../ui/Skeleton.tsx";
import { PageWidth } from "../ui/PageWidth.tsx";

export function PagePending() {
  return (
    <PageWidth>
      <p className="visually-hidden" role="status">
        Loading the page
      </p>
      <SkeletonText lines={4} />
    </PageWidth>
  );
}
